import { randomBytes, randomUUID } from 'node:crypto';

import {
  createEmulator,
  type ServiceCall,
  type Emulator,
  type EmulatorOptions,
  type Route,
  type Service,
} from '../emulator.ts';
import { createAccount, deleteAccount, getAccount, listAccounts, regenerateSecret, setEnabled } from './accounts.ts';
import { departments, getCluster, getUnit, listClusters, listUnits, projects, type OrgUnits } from './organization.ts';
import { permissionsOf, requirePermission } from './permissions.ts';
import { permissionView } from './resource-types.ts';
import { listRoles, pageOfRoles } from './roles.ts';
import { createRule, deleteRule, getRule, listOwnRules, listRules } from './rules.ts';
import type { OrgUnitRecord, RunaiDeployment, RunaiState } from './state.ts';
import type { Action } from '../records.ts';
import { callerOf, refusedV1, refusedV2, tokenV1, tokenV2 } from './tokens.ts';

/** What a route needs: nothing, a token, or the token of an account that may do this. */
type RunaiNeeds = 'nothing' | 'token' | { readonly resourceType: string; readonly action: Action };

/** The caller is the name of the account; empty where a route needs nothing. */
type RunaiRoute = Route<RunaiDeployment, RunaiNeeds, string>;

const authorization = '/api/v1/authorization';
const rules = `${authorization}/access-rules`;

/**
 * Run:ai's control plane of 2.24 as far as service accounts need it (docs/contracts/runai.md). The order of checks is:
 * route, token, permission, body, existence.
 */
export const runaiService: Service<RunaiDeployment, RunaiNeeds, string> = {
  headers: {},
  // In the manner of the specification's examples (docs/contracts/runai.md 4).
  messages: {
    401: 'Issuer is not familiar',
    404: 'Resource not found',
    429: 'Too many requests',
    500: 'Something went wrong',
    503: 'Try again later',
  },
  routes: [
    { ...tokenRoute('/api/v2/token'), expired: refusedV2, handle: tokenV2 },
    { ...tokenRoute('/api/v1/token'), expired: refusedV1, handle: tokenV1 },
    ...accountRoutes('/api/v1/service-accounts', 'service-account', 'clientSecret'),
    // The same accounts in the words of the versions before (docs/contracts/runai.md 12).
    ...accountRoutes('/api/v1/apps', 'apps', 'secret'),
    { method: 'GET', path: rules, needs: may('read', 'access_rules'), handle: listRules },
    { method: 'POST', path: rules, needs: may('create', 'access_rules'), status: 201, handle: createRule },
    { method: 'GET', path: `${rules}/:id`, needs: may('read', 'access_rules'), handle: getRule },
    { method: 'DELETE', path: `${rules}/:id`, needs: may('delete', 'access_rules'), status: 204, handle: deleteRule },
    { method: 'GET', path: `${authorization}/roles`, needs: may('read', 'roles'), handle: listRoles },
    { method: 'GET', path: '/api/v2/authorization/roles', needs: may('read', 'roles'), handle: pageOfRoles },
    // An account without a rule is known and may do nothing: no 403 (docs/contracts/runai.md 15.9).
    { method: 'GET', path: `${authorization}/permissions`, needs: 'token', handle: listPermissions },
    { method: 'GET', path: `${authorization}/me/access-rules`, needs: 'token', handle: listOwnRules },
    { method: 'GET', path: '/api/v1/clusters', needs: may('read', 'cluster'), handle: listClusters },
    { method: 'GET', path: '/api/v1/clusters/:id', needs: may('read', 'cluster'), handle: getCluster },
    ...unitRoutes('department', departments),
    ...unitRoutes('project', projects),
  ],
  admit: ({ headers }, needs, { state, now, signIns }) => {
    if (needs === 'nothing') return '';
    const caller = callerOf(signIns, headers.get('authorization'), now());
    if (needs !== 'token') requirePermission(state, caller, needs);
    return caller;
  },
  problem: ({ status, code }, message) => ({
    body: code === null ? { code: status, message } : { error: code, error_description: message },
  }),
};

export function createRunaiEmulator(options: EmulatorOptions<RunaiState>): Emulator {
  const { state, now, save, newId = randomUUID, newSecret = () => randomBytes(24).toString('base64url') } = options;
  return createEmulator(runaiService, { state, now, newId, newSecret, signIns: new Map() }, save);
}

function may(action: Action, resourceType: string): RunaiNeeds {
  return { action, resourceType };
}

/** Where secrets become access tokens (docs/contracts/runai.md 2). */
function tokenRoute(path: string) {
  return { method: 'POST', path, operation: 'token', needs: 'nothing' } as const;
}

/** @param secretKey the key of the secret in answers (docs/contracts/runai.md 3) */
function accountRoutes(path: string, type: string, secretKey: string): RunaiRoute[] {
  const one = `${path}/:id`;
  return [
    { method: 'GET', path, operation: 'list', needs: may('read', type), handle: listAccounts },
    { method: 'GET', path: one, needs: may('read', type), handle: getAccount },
    {
      method: 'POST',
      path,
      operation: 'create',
      needs: may('create', type),
      status: 201,
      handle: (...request) => {
        const { secret, id, name, clientId } = createAccount(...request);
        return { id, name, [secretKey]: secret, clientId };
      },
    },
    { method: 'PATCH', path: one, operation: 'update', needs: may('update', type), isEmpty: true, handle: setEnabled },
    {
      method: 'POST',
      path: `${one}/secret`,
      operation: 'rotate',
      needs: may('update', type),
      handle: (...request) => ({ [secretKey]: regenerateSecret(...request) }),
    },
    {
      method: 'DELETE',
      path: one,
      operation: 'delete',
      needs: may('delete', type),
      status: 204,
      handle: deleteAccount,
    },
  ];
}

/** What the caller may do (docs/contracts/runai.md 10). */
function listPermissions(_: ServiceCall, caller: string, { state }: RunaiDeployment): unknown {
  return [...permissionsOf(state, caller)].flatMap(([resourceType, actions]) => permissionView(resourceType, actions));
}

function unitRoutes<Unit extends OrgUnitRecord>(type: 'department' | 'project', units: OrgUnits<Unit>): RunaiRoute[] {
  const path = `/api/v1/org-unit/${units.plural}`;
  const needs = may('read', type);
  return [
    { method: 'GET', path, needs, handle: listUnits(units) },
    { method: 'GET', path: `${path}/:id`, needs, handle: getUnit(units) },
  ];
}
