import type { Hono } from 'hono';

import type { NscaleEmulatorOptions } from './accounts.ts';
import { answer, notFound } from './answers.ts';
import { organizationsOf } from './caller.ts';
import { handler, parameter, reach, wish } from './handler.ts';
import { byId, groupView, organizationView, roleView } from './views.ts';

const root = '/api/v1/organizations';

/** Organizations, their groups and their roles (contracts/nscale.md 6). */
export function addOrganizationRoutes(app: Hono, options: NscaleEmulatorOptions): void {
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
