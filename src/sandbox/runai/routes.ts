import type { Route, ServiceCall } from '../emulator.ts';
import type { Action } from '../records.ts';
import { createAccount, deleteAccount, getAccount, listAccounts, regenerateSecret, setEnabled } from './accounts.ts';
import {
  departments,
  getCluster,
  getMinimalCluster,
  getUnit,
  listClusters,
  listMinimalClusters,
  listUnits,
  projects,
  type OrgUnits,
} from './organization.ts';
import { permissionsOf } from './permissions.ts';
import { permissionView } from './resource-types.ts';
import { listRoles, pageOfRoles } from './roles.ts';
import { createRule, deleteRule, getRule, listOwnRules, listRules } from './rules.ts';
import type { OrgUnitRecord, RunaiDeployment } from './state.ts';
import { refusedV1, refusedV2, tokenV1, tokenV2 } from './tokens.ts';
import { from, until, type ControlPlane } from './versions.ts';

/** What a route needs: nothing, a token, or one of an account that has some access rule, or that may do this. */
export type RunaiNeeds = 'nothing' | 'token' | 'some rule' | { readonly resourceType: string; readonly action: Action };

/** The caller is the name of the account; empty where a route needs nothing. */
interface RunaiRoute extends Route<RunaiDeployment, RunaiNeeds, string> {
  /** The versions that have it. Default: all. */
  readonly versions?: readonly ControlPlane[];
}

const authorization = '/api/v1/authorization';
const rules = `${authorization}/access-rules`;
const clusters = '/api/v1/clusters';

/** The routes of every version (docs/contracts/runai.md 1); of two that fit a path, the first one has it. */
const routes: readonly RunaiRoute[] = [
  { ...tokenRoute('/api/v2/token'), versions: from('2.24'), expired: refusedV2, handle: tokenV2 },
  { ...tokenRoute('/api/v1/token'), expired: refusedV1, handle: tokenV1 },
  ...accountRoutes('/api/v1/service-accounts', 'service-account', 'clientSecret', from('2.24')),
  // The same accounts in the words of the versions before (docs/contracts/runai.md 12).
  ...accountRoutes('/api/v1/apps', 'apps', 'secret', until('2.24')),
  { ...get(rules, may('read', 'access_rules')), handle: listRules },
  { ...get(`${rules}/:id`, may('read', 'access_rules')), handle: getRule },
  { method: 'POST', path: rules, needs: may('create', 'access_rules'), status: 201, handle: createRule },
  { method: 'DELETE', path: `${rules}/:id`, needs: may('delete', 'access_rules'), status: 204, handle: deleteRule },
  { ...get(`${authorization}/roles`, may('read', 'roles')), versions: until('2.24'), handle: listRoles },
  { ...get('/api/v2/authorization/roles', may('read', 'roles')), versions: from('2.24'), handle: pageOfRoles },
  // An account without a rule is known and may do nothing: no 403 (docs/contracts/runai.md 15.9).
  { ...get(`${authorization}/permissions`, 'token'), handle: listPermissions },
  { ...get(`${authorization}/me/access-rules`, 'token'), versions: from('2.23'), handle: listOwnRules },
  { ...get(clusters, may('read', 'cluster')), handle: listClusters },
  // Of self-hosted installations (docs/contracts/runai.md 9).
  { ...get(`${clusters}/minimal`, 'some rule'), versions: from('3.0'), handle: listMinimalClusters },
  { ...get(`${clusters}/:id/minimal`, 'some rule'), versions: from('3.0'), handle: getMinimalCluster },
  { ...get(`${clusters}/:id`, may('read', 'cluster')), handle: getCluster },
  ...unitRoutes('department', departments),
  ...unitRoutes('project', projects),
];

/** What a version answers; everything else is 404. */
export function routesOf(controlPlane: ControlPlane): readonly RunaiRoute[] {
  return routes.filter(({ versions }) => versions?.includes(controlPlane) ?? true);
}

function may(action: Action, resourceType: string): RunaiNeeds {
  return { action, resourceType };
}

function get(path: string, needs: RunaiNeeds) {
  return { method: 'GET', path, needs } as const;
}

/** Where secrets become access tokens (docs/contracts/runai.md 2). */
function tokenRoute(path: string) {
  return { method: 'POST', path, operation: 'token', needs: 'nothing' } as const;
}

/** @param secretKey the key of the secret in answers (docs/contracts/runai.md 3) */
function accountRoutes(
  path: string,
  type: string,
  secretKey: string,
  versions: readonly ControlPlane[],
): readonly RunaiRoute[] {
  const one = `${path}/:id`;
  const change = { versions, needs: may('update', type) };
  return [
    { ...get(path, may('read', type)), versions, operation: 'list', handle: listAccounts },
    { ...get(one, may('read', type)), versions, handle: getAccount },
    {
      method: 'POST',
      path,
      versions,
      operation: 'create',
      needs: may('create', type),
      status: 201,
      handle: (...request) => {
        const { secret, id, name, clientId } = createAccount(...request);
        return { id, name, [secretKey]: secret, clientId };
      },
    },
    { method: 'PATCH', path: one, ...change, operation: 'update', isEmpty: true, handle: setEnabled },
    {
      method: 'POST',
      path: `${one}/secret`,
      ...change,
      operation: 'rotate',
      handle: (...request) => ({ [secretKey]: regenerateSecret(...request) }),
    },
    {
      method: 'DELETE',
      path: one,
      versions,
      operation: 'delete',
      needs: may('delete', type),
      status: 204,
      handle: deleteAccount,
    },
  ];
}

/** What the caller may do (docs/contracts/runai.md 10). */
function listPermissions(_: ServiceCall, caller: string, deployment: RunaiDeployment): unknown {
  return [...permissionsOf(deployment, caller)].flatMap((permission) => permissionView(permission, deployment));
}

function unitRoutes<Unit extends OrgUnitRecord>(
  type: 'department' | 'project',
  units: OrgUnits<Unit>,
): readonly RunaiRoute[] {
  const path = `/api/v1/org-unit/${units.plural}`;
  const needs = may('read', type);
  return [
    { ...get(path, needs), handle: listUnits(units) },
    { ...get(`${path}/:id`, needs), handle: getUnit(units) },
  ];
}
