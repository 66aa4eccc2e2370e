import type { Context, Hono } from 'hono';

import { Accounts, type Issued } from './accounts.ts';
import { answer, empty } from './answers.ts';
import { boolean, readBody, string } from './body.ts';
import { guard, type Deployment, type Handle } from './handler.ts';
import type { AccountRecord, Action } from './state.ts';

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
