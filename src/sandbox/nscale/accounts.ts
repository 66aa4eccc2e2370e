import { randomBytes, randomUUID } from 'node:crypto';

import { Refusal, notFound } from './answers.ts';
import type { WriteBody } from './body.ts';
import type { Caller } from './caller.ts';
import { hashSecret } from '../records.ts';
import { timestamp, type AccountRecord, type NscaleState } from './state.ts';
import { accountView, byId, groupIdsOf } from './views.ts';

export interface NscaleEmulatorOptions {
  /** Changed in place. */
  readonly state: NscaleState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ids of new accounts; nscale's begin with a letter from a to f. */
  readonly uuid?: () => string;
  readonly newToken?: () => string;
  /**
   * `v1.19` answers create and update with the groups of before and ignores unknown groups; `v1.20` answers with the true
   * groups and refuses unknown ones (contracts/nscale.md 4). Default `v1.19`.
   */
  readonly behaviour?: 'v1.19' | 'v1.20';
  /** How many lists of accounts after a write still show the state before it. Default 0. */
  readonly listLag?: number;
  /** Called after each change, before it is answered. */
  readonly save?: () => Promise<void>;
}

interface Listed {
  readonly id: string;
  readonly view: unknown;
}

interface Stale {
  readonly organizationId: string;
  readonly items: readonly Listed[];
  left: number;
}

const lifetimeMs = 90 * 86_400_000;

/** The accounts of a deployment: what the API does, apart from HTTP and from who may do it. */
export class Accounts {
  readonly #options: NscaleEmulatorOptions;
  /** What the organization's lists still show of before the last change. */
  #stale: Stale | null = null;
  #turn = 0;

  constructor(options: NscaleEmulatorOptions) {
    this.#options = options;
  }

  /** All accounts of the organization, or `only` one of them, by id. */
  list(organizationId: string, only: string | null): readonly unknown[] {
    return this.#shown(organizationId)
      .filter(({ id }) => only === null || id === only)
      .map(({ view }) => view);
  }

  /** @throws Refusal 404 */
  find(organizationId: string, id: string): AccountRecord {
    const account = this.#options.state.accounts.find(
      (candidate) => candidate.organizationId === organizationId && candidate.id === id,
    );
    if (account === undefined) throw notFound();
    return account;
  }

  async create(organizationId: string, body: WriteBody, caller: Caller): Promise<unknown> {
    this.#checkGroups(organizationId, body.groupIds);
    this.#beforeChange(organizationId);
    const account: AccountRecord = {
      id: (this.#options.uuid ?? randomId)(),
      name: body.name,
      description: body.description,
      tags: body.tags,
      organizationId,
      creationTime: timestamp(this.#options.now()),
      createdBy: caller.subject,
      modifiedTime: null,
      modifiedBy: null,
      deletionTime: null,
      expiry: '',
      tokenHash: null,
    };
    const token = this.#issuance(account);
    this.#options.state.accounts.push(account);
    await this.#join(account, body.groupIds);
    return withToken(this.#isStrict() ? this.#view(account) : accountView(account, []), token);
  }

  /** Replaces everything a client can set. */
  async update(account: AccountRecord, body: WriteBody, caller: Caller): Promise<unknown> {
    this.#checkGroups(account.organizationId, body.groupIds);
    this.#beforeChange(account.organizationId);
    const before = groupIdsOf(this.#options.state, account.id, this.#turn);
    account.name = body.name;
    account.description = body.description;
    account.tags = body.tags;
    account.modifiedTime = timestamp(this.#options.now());
    account.modifiedBy = caller.subject;
    await this.#join(account, body.groupIds);
    return this.#isStrict() ? this.#view(account) : accountView(account, before);
  }

  /** A new token and a new expiry; the modified time stays (contracts/nscale.md 9.15). */
  async rotate(account: AccountRecord): Promise<unknown> {
    this.#beforeChange(account.organizationId);
    const token = this.#issuance(account);
    await this.#options.save?.();
    return withToken(this.#view(account), token);
  }

  async remove(account: AccountRecord): Promise<void> {
    const { state } = this.#options;
    this.#beforeChange(account.organizationId);
    state.accounts = state.accounts.filter((candidate) => candidate !== account);
    await this.#join(account, []);
  }

  #isStrict(): boolean {
    return this.#options.behaviour === 'v1.20';
  }

  #shown(organizationId: string): readonly Listed[] {
    const stale = this.#stale;
    if (stale === null || stale.left === 0 || stale.organizationId !== organizationId) {
      return this.#listed(organizationId);
    }
    stale.left -= 1;
    return stale.items;
  }

  #listed(organizationId: string): Listed[] {
    const { accounts } = this.#options.state;
    const own = accounts.filter((account) => account.organizationId === organizationId);
    return byId(own).map((account) => ({ id: account.id, view: this.#view(account) }));
  }

  #view(account: AccountRecord): Record<string, unknown> {
    this.#turn += 1;
    return accountView(account, groupIdsOf(this.#options.state, account.id, this.#turn));
  }

  #checkGroups(organizationId: string, ids: readonly string[]): void {
    const known = new Set(
      this.#options.state.groups.filter((group) => group.organizationId === organizationId).map(({ id }) => id),
    );
    const unknown = ids.find((id) => !known.has(id));
    if (this.#isStrict() && unknown !== undefined) {
      throw new Refusal(400, `group ${unknown} does not exist in this organization`);
    }
  }

  #beforeChange(organizationId: string): void {
    const left = this.#options.listLag ?? 0;
    if (left > 0) this.#stale = { organizationId, left, items: this.#listed(organizationId) };
  }

  #issuance(account: AccountRecord): string {
    const token = (this.#options.newToken ?? randomToken)();
    account.tokenHash = hashSecret(token);
    account.expiry = timestamp(this.#options.now() + lifetimeMs);
    return token;
  }

  async #join(account: AccountRecord, ids: readonly string[]): Promise<void> {
    joinGroups(this.#options.state, account, ids);
    await this.#options.save?.();
  }
}

function joinGroups(state: NscaleState, account: AccountRecord, ids: readonly string[]): void {
  for (const group of state.groups) {
    if (group.organizationId !== account.organizationId) continue;
    const others = group.accountIds.filter((id) => id !== account.id);
    group.accountIds = ids.includes(group.id) ? [...others, account.id] : others;
  }
}

function withToken(view: Record<string, unknown>, accessToken: string): unknown {
  const status = view['status'];
  return { ...view, status: { ...(typeof status === 'object' ? status : {}), accessToken } };
}

/** Random like nscale's ids, whose first character is a letter. */
function randomId(): string {
  const id = randomUUID();
  const letter = 'abcdef'[Number.parseInt(id.charAt(0), 16) % 6] ?? 'a';
  return `${letter}${id.slice(1)}`;
}

/** Five segments, as compact JWE has; nobody but the emulator can read it. */
function randomToken(): string {
  return [48, 64, 16, 96, 22].map((bytes) => randomBytes(bytes).toString('base64url')).join('.');
}
