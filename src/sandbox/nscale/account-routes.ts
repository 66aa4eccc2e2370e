import type { Context, Hono } from 'hono';

import { Accounts, type NscaleEmulatorOptions } from './accounts.ts';
import { answer } from './answers.ts';
import { readWriteBody } from './body.ts';
import { isAllowed, type Caller } from './caller.ts';
import { handler, parameter, reach, requireOrganization, wish } from './handler.ts';

const root = '/api/v1/organizations/:organizationID/serviceaccounts';
const endpoint = 'identity:serviceaccounts';

/** The accounts. There is no GET of one, which is 404 like every route there is not (contracts/nscale.md 2). */
export function addAccountRoutes(app: Hono, options: NscaleEmulatorOptions): void {
  const accounts = new Accounts(options);
  app.get(
    root,
    handler(options, (c, caller) => answer(listFor(c, caller, { options, accounts }))),
  );
  app.post(
    root,
    handler(options, async (c, caller) => {
      const body = readWriteBody(await c.req.text());
      const organizationId = reach(options, caller, wish(c, endpoint, 'create'));
      return answer(await accounts.create(organizationId, body, caller), 201);
    }),
  );
  app.put(
    `${root}/:serviceAccountID`,
    handler(options, async (c, caller) => {
      const body = readWriteBody(await c.req.text());
      const organizationId = reach(options, caller, wish(c, endpoint, 'update'));
      const account = accounts.find(organizationId, parameter(c, 'serviceAccountID'));
      return answer(await accounts.update(account, body, caller));
    }),
  );
  app.post(
    `${root}/:serviceAccountID/rotate`,
    handler(options, async (c, caller) => {
      const id = parameter(c, 'serviceAccountID');
      const isSelf = caller.kind === 'service' && caller.account.id === id;
      const organizationId = isSelf
        ? parameter(c, 'organizationID')
        : reach(options, caller, wish(c, endpoint, 'update'));
      return answer(await accounts.rotate(accounts.find(organizationId, id)));
    }),
  );
  app.delete(
    `${root}/:serviceAccountID`,
    handler(options, async (c, caller) => {
      const organizationId = reach(options, caller, wish(c, endpoint, 'delete'));
      await accounts.remove(accounts.find(organizationId, parameter(c, 'serviceAccountID')));
      return new Response(null, { status: 200, headers: { 'cache-control': 'no-cache' } });
    }),
  );
}

/**
 * A service account needs no permission to list: without it it sees itself, and in another organization nothing
 * (contracts/nscale.md 4 and 9.8).
 */
function listFor(
  c: Context,
  caller: Caller,
  { options, accounts }: { options: NscaleEmulatorOptions; accounts: Accounts },
): readonly unknown[] {
  const read = wish(c, endpoint, 'read');
  if (caller.kind === 'user' || isAllowed(options.state, caller, read)) {
    return accounts.list(reach(options, caller, read), null);
  }
  requireOrganization(options.state, read.organizationId);
  return accounts.list(read.organizationId, caller.account.id);
}
