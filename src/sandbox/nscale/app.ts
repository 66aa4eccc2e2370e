import { Hono } from 'hono';

import type { Emulator } from '../in-process.ts';
import { addAccountRoutes } from './account-routes.ts';
import type { NscaleEmulatorOptions } from './accounts.ts';
import { Refusal, answer, notFound, refuse } from './answers.ts';
import { organizationsOf } from './caller.ts';
import { handler, parameter, reach, wish } from './handler.ts';
import { byId, groupView, organizationView, roleView } from './views.ts';

/** nscale's identity API, as strict and as odd as the real one (contracts/nscale.md). */
export function createNscaleEmulator(options: NscaleEmulatorOptions): Emulator {
  const app = new Hono();
  // The order of checks is nscale's: route, token, path and body, permission, existence (contracts/nscale.md 5).
  app.onError((error, c) => {
    const refusal = error instanceof Refusal ? error : internalError();
    return refuse(refusal, new URL(c.req.url).origin);
  });
  app.notFound((c) => refuse(notFound(), new URL(c.req.url).origin));
  addIdentityRoutes(app, options);
  addOrganizationRoutes(app, options);
  addAccountRoutes(app, options);
  return { fetch: async (request) => app.fetch(request) };
}

function internalError(): Refusal {
  return new Refusal(500, 'an internal error has occurred, please contact support');
}

/** Who the caller is, and what the server is (contracts/nscale.md 1). */
function addIdentityRoutes(app: Hono, options: NscaleEmulatorOptions): void {
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

const root = '/api/v1/organizations';

/** Organizations, their groups and their roles (contracts/nscale.md 6). */
function addOrganizationRoutes(app: Hono, options: NscaleEmulatorOptions): void {
  const { state } = options;
  app.get(
    root,
    handler(options, (_, caller) => {
      const visible = new Set(organizationsOf(caller));
      const organizations = state.organizations.filter(({ id }) => visible.has(id));
      return answer(byId(organizations).map(organizationView));
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
  addGroupRoutes(app, options);
}

function addGroupRoutes(app: Hono, options: NscaleEmulatorOptions): void {
  const { state } = options;
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
      const id = parameter(c, 'groupid');
      const group = state.groups.find(
        (candidate) => candidate.organizationId === organizationId && candidate.id === id,
      );
      if (group === undefined) throw notFound();
      return answer(groupView(group));
    }),
  );
}
