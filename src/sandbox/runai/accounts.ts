import { randomUUID } from 'node:crypto';

import { notFound, Refusal } from './answers.ts';
import { randomSecret } from './jwt.ts';
import type { RunaiEmulatorOptions } from './options.ts';
import { hashSecret, timestamp, type AccountRecord } from './state.ts';

const namePattern = /^[a-z][-_a-z0-9]*[a-z0-9]$/;
const longestName = 255;
/** `maxItems` of the list, which has no pages. */
const mostListed = 1000;

/** An account with the only copy of its secret there will ever be. */
export interface Issued {
  readonly account: AccountRecord;
  readonly secret: string;
}

/** The accounts of a control plane: what the API does, apart from HTTP and from who may do it (contracts/runai.md 3). */
export class Accounts {
  readonly #options: RunaiEmulatorOptions;

  constructor(options: RunaiEmulatorOptions) {
    this.#options = options;
  }

  list(): readonly AccountRecord[] {
    return this.#options.state.accounts.slice(0, mostListed);
  }

  /** @throws Refusal 404 */
  find(id: string): AccountRecord {
    const account = this.#options.state.accounts.find((candidate) => candidate.id === id);
    if (account === undefined) throw notFound(`Service account with id ${id}`);
    return account;
  }

  /** @throws Refusal 400 and 409 */
  async create(name: string, createdBy: string): Promise<Issued> {
    const { state, now, nextId = randomUUID } = this.#options;
    if (!namePattern.test(name) || name.length > longestName) {
      throw new Refusal(400, `Parameter name must match ${namePattern.source}`);
    }
    if (state.accounts.some((account) => account.name === name)) {
      throw new Refusal(409, 'A resource with this name already exists');
    }
    const time = timestamp(now());
    const account: AccountRecord = {
      id: nextId(),
      name,
      clientId: name,
      enabled: true,
      createdBy,
      createdAt: time,
      updatedAt: time,
      lastLogin: null,
      secretHash: null,
    };
    state.accounts.push(account);
    return this.#issue(account);
  }

  async setEnabled(account: AccountRecord, enabled: boolean): Promise<void> {
    account.enabled = enabled;
    account.updatedAt = timestamp(this.#options.now());
    await this.#options.save?.();
  }

  /** The old secret is dead at once. */
  async regenerate(account: AccountRecord): Promise<Issued> {
    account.updatedAt = timestamp(this.#options.now());
    return this.#issue(account);
  }

  /** The account's access rules stay, and bind whoever gets its name next (contracts/runai.md 15.8). */
  async remove(account: AccountRecord): Promise<void> {
    const { state, save } = this.#options;
    state.accounts = state.accounts.filter((candidate) => candidate !== account);
    await save?.();
  }

  async #issue(account: AccountRecord): Promise<Issued> {
    const { newSecret = randomSecret, save } = this.#options;
    const secret = newSecret();
    account.secretHash = hashSecret(secret);
    await save?.();
    return { account, secret };
  }
}
