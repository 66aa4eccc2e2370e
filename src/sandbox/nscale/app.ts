import { Hono, type Context } from 'hono';

import { Accounts, type NscaleEmulatorOptions } from './accounts.ts';
import { answer, notFound, refuse, Refusal } from './answers.ts';
import { readWriteBody } from './body.ts';
import {
  authenticate,
  isAllowed,
  organizationsOf,
  requirePermission,
  type Caller,
  type Wish,
} from './caller.ts';
import { byId, groupView, organizationView, roleView } from './views.ts';

/** A web-standard application: what a server does, without the server. */
export interface Emulator {
  readonly fetch: (request: Request) => Promise<Response>;
}

type Env = { Variables: { caller: Caller } };

/** nscale's identity API, as strict and as odd as the real one (contracts/nscale.md). */
export function createNscaleEmulator(options: NscaleEmulatorOptions): Emulator {
  const app = new Hono<Env>();
  // The order of checks is nscale's: route, token, path and body, permission, existence (contracts/nscale.md 5).
  app.onError((error, c) => {
    const refusal = error instanceof Refusal ? error : internalError();
    return refuse(refusal, new URL(c.req.url).origin);
  });
  app.notFound((c) => refuse(notFound(), new URL(c.req.url).origin));
  addIdentityRoutes(app, options);
  addOrganizationRoutes(app, options);
  addAccountRoutes(app, options, new Accounts(options));
  return { fetch: async (request) => app.fetch(request) };
}

function internalError(): Refusal {
  return new Refusal(500, 'an internal error has occurred, please contact support');
}

/** Every handler is behind the token check, and every id in its path behind the UUID check. */
function handler(
  { state, now }: NscaleEmulatorOptions,
  handle: (c: Context<Env>, caller: Caller) => Promise<Response> | Response,
): (c: Context<Env>) => Promise<Response> {
  return async (c) => {
    const header = c.req.header('authorization') ?? null;
    const caller = authenticate(state, { header, now: now() });
    for (const [name, value] of Object.entries(c.req.param())) {
      if (!uuidPattern.test(value)) {
        throw new Refusal(400, `parameter "${name}" in path is not valid: string is not a uuid`);
      }
    }
    return handle(c, caller);
  };
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function addIdentityRoutes(app: Hono<Env>, options: NscaleEmulatorOptions): void {
  app.get(
    '/oauth2/v2/userinfo',
    handler(options, (_, caller) =>
      answer({
        sub: caller.subject,
        'https://unikorn-cloud.org/authz': {
          acctype: caller.kind,
          orgIds: organizationsOf(caller),
        },
      }),
    ),
  );
  app.get(
    '/api/version',
    handler(options, () =>
      answer({
        name: 'uni-identity',
        version: options.behaviour === 'v1.20' ? 'v1.20.0' : 'v1.19.1',
      }),
    ),
  );
}

function addOrganizationRoutes(app: Hono<Env>, options: NscaleEmulatorOptions): void {
  const { state } = options;
  const root = '/api/v1/organizations';
  app.get(
    root,
    handler(options, (_, caller) => {
      const visible = new Set(organizationsOf(caller));
      return answer(
        byId(state.organizations.filter(({ id }) => visible.has(id))).map(organizationView),
      );
    }),
  );
  app.get(
    `${root}/:organizationID/groups`,
    handler(options, (c, caller) => {
      const organizationId = reach(options, caller, wish(c, 'identity:groups', 'read'));
      const groups = state.groups.filter((group) => group.organizationId === organizationId);
      return answer(byId(groups).map(groupView));
    }),
  );
  app.get(
    `${root}/:organizationID/groups/:groupid`,
    handler(options, (c, caller) => {
      const organizationId = reach(options, caller, wish(c, 'identity:groups', 'read'));
      const group = state.groups.find(
        ({ id, organizationId: home }) => id === c.req.param('groupid') && home === organizationId,
      );
      if (group === undefined) throw notFound();
      return answer(groupView(group));
    }),
  );
  app.get(
    `${root}/:organizationID/roles`,
    handler(options, (c, caller) => {
      const organizationId = reach(options, caller, wish(c, 'identity:roles', 'read'));
      const roles = state.roles.filter((role) => role.organizationId === organizationId);
      return answer(byId(roles).map(roleView));
    }),
  );
}

function addAccountRoutes(
  app: Hono<Env>,
  options: NscaleEmulatorOptions,
  accounts: Accounts,
): void {
  const root = '/api/v1/organizations/:organizationID/serviceaccounts';
  app.get(
    root,
    handler(options, (c, caller) => answer(listFor(c, caller, { options, accounts }))),
  );
  app.post(
    root,
    handler(options, async (c, caller) => {
      const body = readWriteBody(await c.req.text());
      const organizationId = reach(options, caller, wish(c, accountsEndpoint, 'create'));
      return answer(await accounts.create(organizationId, body, caller), 201);
    }),
  );
  app.put(
    `${root}/:serviceAccountID`,
    handler(options, async (c, caller) => {
      const body = readWriteBody(await c.req.text());
      const organizationId = reach(options, caller, wish(c, accountsEndpoint, 'update'));
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
        : reach(options, caller, wish(c, accountsEndpoint, 'update'));
      return answer(await accounts.rotate(accounts.find(organizationId, id)));
    }),
  );
  app.delete(
    `${root}/:serviceAccountID`,
    handler(options, async (c, caller) => {
      const organizationId = reach(options, caller, wish(c, accountsEndpoint, 'delete'));
      await accounts.remove(accounts.find(organizationId, parameter(c, 'serviceAccountID')));
      return new Response(null, { status: 200, headers: { 'cache-control': 'no-cache' } });
    }),
  );
}

const accountsEndpoint = 'identity:serviceaccounts';

/**
 * A service account needs no permission to list: without it it sees itself, and in another organization nothing
 * (contracts/nscale.md 4 and 9.8).
 */
function listFor(
  c: Context<Env>,
  caller: Caller,
  { options, accounts }: { options: NscaleEmulatorOptions; accounts: Accounts },
): readonly unknown[] {
  const read = wish(c, accountsEndpoint, 'read');
  if (caller.kind === 'user' || isAllowed(options.state, caller, read)) {
    return accounts.list(reach(options, caller, read), null);
  }
  requireOrganization(options, read.organizationId);
  return accounts.list(read.organizationId, caller.account.id);
}

function parameter(c: Context<Env>, name: string): string {
  return (c.req.param(name) ?? '').toLowerCase();
}

function wish(c: Context<Env>, endpoint: Wish['endpoint'], operation: Wish['operation']): Wish {
  return { organizationId: parameter(c, 'organizationID'), endpoint, operation };
}

/** The organization's id, once the caller may do this in it and it exists. */
function reach(options: NscaleEmulatorOptions, caller: Caller, wanted: Wish): string {
  requirePermission(options.state, caller, wanted);
  requireOrganization(options, wanted.organizationId);
  return wanted.organizationId;
}

function requireOrganization({ state }: NscaleEmulatorOptions, id: string): void {
  if (!state.organizations.some((organization) => organization.id === id)) throw notFound();
}
