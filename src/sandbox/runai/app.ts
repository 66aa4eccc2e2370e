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
import { pageOf } from './paging.ts';
import { permissionsOf, requirePermission, requireSomeRule } from './permissions.ts';
import { createRule, deleteRule, listRules } from './rules.ts';
import type { RunaiDeployment, RunaiRole, RunaiState } from './state.ts';
import type { Action } from '../records.ts';
import { callerOf, invalidClient, tokenV1, tokenV2 } from './tokens.ts';

/** What a route needs: nothing, a token of an account with some access rule, or one that may do this. */
type RunaiNeeds = 'nothing' | 'some rule' | { readonly resourceType: string; readonly action: Action };

/** The caller is the name of the account; empty where a route needs nothing. */
type RunaiRoute = Route<RunaiDeployment, RunaiNeeds, string>;

const rules = '/api/v1/authorization/access-rules';

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
    { ...tokenRoute('/api/v2/token'), handle: tokenV2 },
    { ...tokenRoute('/api/v1/token'), handle: tokenV1 },
    ...accountRoutes('/api/v1/service-accounts', 'service-account', 'clientSecret'),
    // The same accounts in the words of the versions before (docs/contracts/runai.md 12).
    ...accountRoutes('/api/v1/apps', 'apps', 'secret'),
    { method: 'GET', path: rules, needs: may('read', 'access_rules'), handle: listRules },
    { method: 'POST', path: rules, needs: may('create', 'access_rules'), status: 201, handle: createRule },
    { method: 'DELETE', path: `${rules}/:id`, needs: may('delete', 'access_rules'), status: 204, handle: deleteRule },
    { method: 'GET', path: '/api/v1/authorization/roles', needs: may('read', 'roles'), handle: listRoles },
    { method: 'GET', path: '/api/v2/authorization/roles', needs: may('read', 'roles'), handle: pageOfRoles },
    { method: 'GET', path: '/api/v1/authorization/permissions', needs: 'some rule', handle: listPermissions },
    { method: 'GET', path: '/api/v1/clusters', needs: may('read', 'cluster'), handle: listClusters },
    unitRoute('department', ({ departments }) => departments),
    unitRoute('project', ({ projects }) => projects),
  ],
  admit: ({ headers }, needs, { state, now, signIns }) => {
    if (needs === 'nothing') return '';
    const caller = callerOf(signIns, headers.get('authorization'), now());
    if (needs === 'some rule') requireSomeRule(state, caller);
    else requirePermission(state, caller, needs);
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
  return { method: 'POST', path, operation: 'token', needs: 'nothing', expired: invalidClient } as const;
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
  return [...permissionsOf(state, caller)].map(([resourceType, actions]) => ({
    resourceType,
    displayName: resourceType.replace(/[-_]/g, ' '),
    groupId: 'organization',
    actions: [...actions],
  }));
}

/** Where scope ids come from, here with `verbosity=metadata` (docs/contracts/runai.md 9). */
function listClusters(_: ServiceCall, __: string, { state: { clusters, tenant } }: RunaiDeployment): unknown {
  return clusters.map((cluster) => Object.assign({}, cluster, { tenantId: tenant.id }));
}

function unitRoute(
  resourceType: 'department' | 'project',
  unitsOf: (state: RunaiState) => readonly unknown[],
): RunaiRoute {
  const plural = `${resourceType}s`;
  return {
    method: 'GET',
    path: `/api/v1/org-unit/${plural}`,
    needs: may('read', resourceType),
    handle: ({ url }, _, { state }) => pageOf(url.searchParams, plural, unitsOf(state)),
  };
}

/** v1 is a bare array (docs/contracts/runai.md 8). */
function listRoles(_: ServiceCall, __: string, { state }: RunaiDeployment): unknown {
  return state.roles.map(roleView);
}

/** v2 has pages. */
function pageOfRoles({ url }: ServiceCall, _: string, { state }: RunaiDeployment): unknown {
  const roles = state.roles.map((role) => Object.assign(roleView(role), { permissionSets: [] }));
  return pageOf(url.searchParams, 'roles', roles);
}

/** A role that is not effective still says `enabled`; only `effectiveEnabled` tells (docs/contracts/runai.md 8). */
function roleView({ id, name, description, createdAt, isEnabled, permissions }: RunaiRole) {
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
