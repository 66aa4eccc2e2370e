import type { Hono } from 'hono';

import { answer } from './answers.ts';
import { guard, queryOf, type Deployment } from './handler.ts';
import { pageOf, select, type Fields } from './query.ts';
import type { RoleRecord } from './state.ts';

const wish = { resourceType: 'roles', action: 'read' } as const;

/** Roles: v1 is a bare array, v2 has pages (contracts/runai.md 8). */
export function addRoleRoutes(app: Hono, deployment: Deployment): void {
  const { features, options } = deployment;
  const { roles } = options.state;
  if (features.hasV1Roles) {
    app.get(
      '/api/v1/authorization/roles',
      guard(deployment, wish, () => answer(roles.map(roleView))),
    );
  }
  if (!features.hasV2Roles) return;
  app.get(
    '/api/v2/authorization/roles',
    guard(deployment, wish, (c) => {
      const query = queryOf(c);
      const selected = select(query, { items: roles, fieldsOf: roleFields, searched: ['name'] });
      const { items, next } = pageOf(query, selected);
      const views = items.map((role) => Object.assign(roleView(role), { permissionSets: [] }));
      return answer({ roles: views, ...(next === null ? {} : { next }) });
    }),
  );
}

/** A role that is not effective still says `enabled`, so only `effectiveEnabled` tells (contracts/runai.md 8). */
function roleView({ id, name, description, createdAt, isEnabled, permissions }: RoleRecord) {
  return {
    id,
    name,
    description,
    enabled: true,
    custom: false,
    effectiveEnabled: isEnabled,
    createdAt,
    updatedAt: createdAt,
    createdBy: 'system',
    permissions,
    kubernetesPermissions: { predefinedRole: null },
  };
}

function roleFields({ name, createdAt }: RoleRecord): Fields {
  return { name, createdAt, createdBy: 'system', custom: false, enabled: true };
}
