import { randomUUID } from 'node:crypto';

import type { Context, Hono } from 'hono';

import { Refusal, answer, empty, notFound } from './answers.ts';
import { boolean, readBody, string } from './body.ts';
import { guard, type Deployment, type Handle } from './handler.ts';
import { hashSecret, isoTime } from '../records.ts';
import type { AccountRecord, Action } from './state.ts';
import { randomSecret, type RunaiEmulatorOptions } from './options.ts';

/** The same accounts in the words of a version (contracts/runai.md 3 and 12). */
interface Dialect {
  readonly path: string;
  readonly resourceType: string;
  /** The secret's key in replies. */
  readonly secretKey: string;
}

const serviceAccounts: Dialect = {
  path: '/api/v1/service-accounts',
  resourceType: 'service-account',
  secretKey: 'clientSecret',
};

const apps: Dialect = { path: '/api/v1/apps', resourceType: 'apps', secretKey: 'secret' };

/** Service accounts since 2.24, applications before 3.0. */
export function addAccountRoutes(app: Hono, deployment: Deployment): void {
  const { features } = deployment;
  if (features.hasServiceAccounts) addDialect(app, deployment, serviceAccounts);
  if (features.hasApps) addDialect(app, deployment, apps);
}

function addDialect(app: Hono, deployment: Deployment, dialect: Dialect): void {
  const { options } = deployment;
  const { path, resourceType } = dialect;
  const accounts = new Accounts(options);
  const tenantId = options.state.tenant.id;
  function found(c: Context): AccountRecord {
    return accounts.find(c.req.param('id') ?? '');
  }
  function may(action: Action, handle: Handle): ReturnType<typeof guard> {
    return guard(deployment, { resourceType, action }, handle);
  }
  app.get(
    path,
    may('read', () => answer(accounts.list().map((account) => accountView(account, tenantId)))),
  );
  app.get(
    `${path}/:id`,
    may('read', (c) => answer(accountView(found(c), tenantId))),
  );
  app.post(
    path,
    may('create', async (c, caller) => {
      const name = string(readBody(await c.req.text()), 'name');
      return answer(createReply(await accounts.create(name, caller), deployment, dialect), 201);
    }),
  );
  app.patch(
    `${path}/:id`,
    may('update', async (c) => {
      const enabled = boolean(readBody(await c.req.text()), 'enabled');
      await accounts.setEnabled(found(c), enabled);
      return empty(200);
    }),
  );
  app.post(
    `${path}/:id/secret`,
    may('update', async (c) => {
      const { secret } = await accounts.regenerate(found(c));
      return answer(options.regenerateReplySecret === false ? {} : { [dialect.secretKey]: secret });
    }),
  );
  app.delete(
    `${path}/:id`,
    may('delete', async (c) => {
      await accounts.remove(found(c));
      return empty(204);
    }),
  );
}

function createReply({ account, secret }: Issued, { options }: Deployment, dialect: Dialect): unknown {
  const { id, name, clientId } = account;
  const optional = options.createReplyClientId === false ? {} : { clientId };
  return { id, name, [dialect.secretKey]: secret, ...optional };
}

/** An account as the API shows it; `tenantId` is a number although it is typed a string (contracts/runai.md 3). */
function accountView(account: AccountRecord, tenantId: number): unknown {
  const { id, name, clientId, enabled, createdBy, createdAt, updatedAt, lastLogin } = account;
  return { id, name, clientId, enabled, createdBy, createdAt, updatedAt, lastLogin, tenantId };
}

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
class Accounts {
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
    const time = isoTime(now());
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
    return this.#issuance(account);
  }

  async setEnabled(account: AccountRecord, enabled: boolean): Promise<void> {
    account.enabled = enabled;
    account.updatedAt = isoTime(this.#options.now());
    await this.#options.save?.();
  }

  /** The old secret is dead at once. */
  async regenerate(account: AccountRecord): Promise<Issued> {
    account.updatedAt = isoTime(this.#options.now());
    return this.#issuance(account);
  }

  /** The account's access rules stay, and bind whoever gets its name next (contracts/runai.md 15.8). */
  async remove(account: AccountRecord): Promise<void> {
    const { state, save } = this.#options;
    state.accounts = state.accounts.filter((candidate) => candidate !== account);
    await save?.();
  }

  async #issuance(account: AccountRecord): Promise<Issued> {
    const { newSecret = randomSecret, save } = this.#options;
    const secret = newSecret();
    account.secretHash = hashSecret(secret);
    await save?.();
    return { account, secret };
  }
}
