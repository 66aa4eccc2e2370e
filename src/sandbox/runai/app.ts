import { Hono } from 'hono';

import type { Emulator } from '../in-process.ts';
import { addAccountRoutes } from './account-routes.ts';
import { Refusal, answer, notFound, page, refuse } from './answers.ts';
import { featuresOf, type RunaiEmulatorOptions } from './options.ts';
import { addRuleRoutes, filterRules, ruleList } from './rule-routes.ts';
import { Sessions } from './sessions.ts';
import { addTokenRoutes } from './token-routes.ts';
import { guard, queryOf, type Deployment } from './handler.ts';
import { permissionsOf } from './permissions.ts';
import { Rules } from './rules.ts';
import { pageOf, select, type Fields } from './query.ts';
import type { ClusterRecord, DepartmentRecord, ProjectRecord, RoleRecord } from './state.ts';

/**
 * Run:ai's control plane as far as service accounts need it (contracts/runai.md), in the version that the options say.
 * The order of checks is: route, token, permission, body, existence.
 */
export function createRunaiEmulator(options: RunaiEmulatorOptions): Emulator {
  const app = new Hono();
  app.onError((error) => refuse(error instanceof Refusal ? error : new Refusal(500, 'Something went wrong')));
  app.notFound(() => (options.unknownPath === 'html' ? page() : refuse(notFound('Resource'))));
  const deployment = { options, features: featuresOf(options), sessions: new Sessions(options) };
  addTokenRoutes(app, deployment);
  addAccountRoutes(app, deployment);
  addRuleRoutes(app, deployment);
  addRoleRoutes(app, deployment);
  addOrganizationRoutes(app, deployment);
  addIdentityRoutes(app, deployment);
  return { fetch: async (request) => app.fetch(request) };
}

/** What the caller may do, and by which rules (contracts/runai.md 10). */
function addIdentityRoutes(app: Hono, deployment: Deployment): void {
  const { state } = deployment.options;
  app.get(
    '/api/v1/authorization/permissions',
    guard(deployment, null, (_, caller) => {
      const granted = [...permissionsOf(state, caller)];
      return answer(
        granted.map(([resourceType, actions]) => ({
          resourceType,
          displayName: resourceType.replace(/[-_]/g, ' '),
          groupId: 'organization',
          actions: [...actions],
        })),
      );
    }),
  );
  if (deployment.features.hasOwnRules) addOwnRules(app, deployment);
}

/** The list is wrapped twice. */
function addOwnRules(app: Hono, deployment: Deployment): void {
  const rules = new Rules(deployment.options, deployment.features);
  const path = '/api/v1/authorization/me/access-rules';
  app.get(
    path,
    guard(deployment, null, (c, caller) => {
      const query = queryOf(c);
      return answer({ accessRules: ruleList(query, filterRules(query, rules.listOf(caller))) });
    }),
  );
  app.get(
    `${path}/count`,
    guard(deployment, null, (c, caller) => answer({ count: filterRules(queryOf(c), rules.listOf(caller)).length })),
  );
}

/** Clusters, departments and projects: where scope ids come from (contracts/runai.md 9). */
function addOrganizationRoutes(app: Hono, deployment: Deployment): void {
  const { clusters, departments, projects, tenant } = deployment.options.state;
  app.get(
    '/api/v1/clusters',
    guard(deployment, { resourceType: 'cluster', action: 'read' }, (c) => {
      const isMetadata = c.req.query('verbosity') === 'metadata';
      return answer(clusters.map((cluster) => clusterView(cluster, tenant.id, isMetadata)));
    }),
  );
  addUnitRoute(app, deployment, { resourceType: 'department', units: departments });
  addUnitRoute(app, deployment, { resourceType: 'project', units: projects });
  app.get(
    '/api/v1/tenants',
    guard(deployment, null, () => {
      // Only a multi-tenant control plane has them.
      throw notFound('Resource');
    }),
  );
}

interface Units {
  readonly resourceType: 'department' | 'project';
  readonly units: readonly (DepartmentRecord | ProjectRecord)[];
}

function addUnitRoute(app: Hono, deployment: Deployment, { resourceType, units }: Units): void {
  const plural = `${resourceType}s`;
  app.get(
    `/api/v1/org-unit/${plural}`,
    guard(deployment, { resourceType, action: 'read' }, (c) => {
      const query = queryOf(c);
      const selected = select(query, {
        items: units,
        fieldsOf: ({ id, name, clusterId }) => ({ id, name, clusterId }),
        searched: ['name'],
      });
      const { items, next } = pageOf(query, selected);
      return answer({ [plural]: items, ...(next === null ? {} : { next }) });
    }),
  );
}

function clusterView(cluster: ClusterRecord, tenantId: number, isMetadata: boolean): unknown {
  const status = { state: 'Connected' };
  return { ...cluster, tenantId, ...(isMetadata ? {} : { status }) };
}

const wish = { resourceType: 'roles', action: 'read' } as const;

/** Roles: v1 is a bare array, v2 has pages (contracts/runai.md 8). */
function addRoleRoutes(app: Hono, deployment: Deployment): void {
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
