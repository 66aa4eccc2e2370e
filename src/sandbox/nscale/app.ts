import {
  createEmulator,
  Refusal,
  type ServiceCall,
  type Emulator,
  type EmulatorOptions,
  type RefusalStatus,
  type Service,
} from '../emulator.ts';
import {
  createAccount,
  deleteAccount,
  listAccounts,
  randomId,
  randomToken,
  rotateAccount,
  updateAccount,
} from './accounts.ts';
import { checkAccountBody } from './body.ts';
import {
  authenticate,
  authenticateUserInfo,
  idIn,
  inOrganization,
  isSelf,
  isService,
  organizationsOf,
  parseId,
  requireMembership,
  requirePermission,
  type NscaleCaller,
} from './caller.ts';
import type { Action } from '../records.ts';
import type { Endpoint, NscaleDeployment, NscaleState } from './state.ts';
import { byId, byName, groupView, organizationView, roleView } from './views.ts';

/** What a route needs of the caller besides a token: one operation in the organization of the path. */
interface NscaleNeeds {
  readonly endpoint: Endpoint;
  readonly operation: Action;
  /** Callers who need no permission for it. */
  readonly except?: (caller: NscaleCaller, call: ServiceCall) => boolean;
  /** Whether the request must have the body of a create or update, which is checked before the permission. */
  readonly hasBody?: true;
}

const organizations = '/api/v1/organizations';
const home = `${organizations}/:organizationID`;
/** All accounts, and one of them. */
const all = `${home}/serviceaccounts`;
const one = `${all}/:serviceAccountID`;

const codes: Readonly<Record<RefusalStatus, string>> = {
  400: 'invalid_request',
  401: 'access_denied',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  429: 'too_many_requests',
  500: 'server_error',
  503: 'server_error',
};

const traceId = '0af7651916cd43dd8448eb211c80319c';

/**
 * nscale's identity API, as strict and as odd as the real one (docs/contracts/nscale.md). There is no GET of one account
 * (docs/contracts/nscale.md 2).
 */
export const nscaleService: Service<NscaleDeployment, NscaleNeeds | 'userinfo' | null, NscaleCaller> = {
  headers: { 'cache-control': 'no-cache', 'access-control-allow-origin': '*' },
  // For 429 nscale has no words of its own (docs/contracts/nscale.md 5).
  messages: {
    401: 'token validation failed',
    404: 'resource not found',
    429: 'too many requests',
    500: 'an internal error has occurred, please contact support',
    503: 'identity service warming up',
  },
  routes: [
    { method: 'GET', path: '/oauth2/v2/userinfo', needs: 'userinfo', handle: userInfo },
    { method: 'GET', path: organizations, needs: null, handle: listOrganizations },
    { method: 'GET', path: `${home}/roles`, needs: may('read', 'identity:roles'), handle: listRoles },
    { method: 'GET', path: `${home}/groups`, needs: may('read', 'identity:groups'), handle: listGroups },
    {
      method: 'GET',
      path: all,
      operation: 'list',
      needs: { ...may('read'), except: isService },
      declared: [401, 403, 500],
      handle: listAccounts,
    },
    {
      method: 'POST',
      path: all,
      operation: 'create',
      needs: mayWrite('create'),
      status: 201,
      declared: [401, 403, 500],
      handle: createAccount,
    },
    {
      method: 'PUT',
      path: one,
      operation: 'update',
      needs: mayWrite('update'),
      declared: [401, 403, 404, 409, 500],
      handle: updateAccount,
    },
    {
      method: 'POST',
      path: `${one}/rotate`,
      operation: 'rotate',
      needs: { ...may('update'), except: isSelf },
      declared: [401, 403, 404, 409, 500],
      handle: rotateAccount,
    },
    {
      method: 'DELETE',
      path: one,
      operation: 'delete',
      needs: may('delete'),
      isEmpty: true,
      declared: [401, 403, 404, 500],
      handle: deleteAccount,
    },
  ],
  admit,
  problem: ({ status }, message, { origin }) => ({
    body: { error: codes[status], error_description: message, trace_id: traceId },
    ...(status === 401 ? { headers: { 'www-authenticate': challenge(message, origin) } } : {}),
  }),
};

export function createNscaleEmulator(options: EmulatorOptions<NscaleState>): Emulator {
  const { state, now, save, newId = randomId, newSecret = randomToken } = options;
  return createEmulator(nscaleService, { state, now, newId, newSecret, views: 0 }, save);
}

function may(operation: Action, endpoint: Endpoint = 'identity:serviceaccounts'): NscaleNeeds {
  return { endpoint, operation };
}

function mayWrite(operation: 'create' | 'update'): NscaleNeeds {
  return { ...may(operation), hasBody: true };
}

/**
 * The order of checks is nscale's: path ids, token, membership of a person, Content-Type and body, permission
 * (docs/contracts/nscale.md 5).
 */
function admit(
  call: ServiceCall,
  needs: NscaleNeeds | 'userinfo' | null,
  { state, now }: NscaleDeployment,
): NscaleCaller {
  for (const value of Object.values(call.parameters)) {
    if (parseId(value) === null) throw new Refusal(400, 'invalid path/query element');
  }
  const header = call.headers.get('authorization');
  if (needs === 'userinfo') return authenticateUserInfo(state, header, now());
  const caller = authenticate(state, header, now());
  if (needs === null) return caller;
  const { endpoint, operation, except, hasBody = false } = needs;
  requireMembership(caller, call.parameters['organizationID'] ?? '');
  if (hasBody) checkAccountBody(call);
  const isExcepted = except?.(caller, call) ?? false;
  const organizationId = idIn(call, 'organizationID');
  if (!isExcepted) requirePermission(state, caller, { organizationId, endpoint, operation });
  return caller;
}

function challenge(description: string, origin: string): string {
  return (
    `Bearer error="access_denied",error_description="${description}",` +
    `resource_metadata="${origin}/.well-known/openid-protected-resource"`
  );
}

/** Who the caller is (docs/contracts/nscale.md 1). */
function userInfo(_: ServiceCall, caller: NscaleCaller): unknown {
  return {
    sub: caller.subject,
    'https://unikorn-cloud.org/authz': { acctype: caller.kind, orgIds: organizationsOf(caller) },
  };
}

/** The caller's organizations, and below their groups and roles (docs/contracts/nscale.md 6). */
function listOrganizations(_: ServiceCall, caller: NscaleCaller, { state }: NscaleDeployment): unknown {
  const visible = new Set(organizationsOf(caller));
  return byId(state.organizations.filter(({ id }) => visible.has(id))).map(organizationView);
}

function listRoles(call: ServiceCall, _: NscaleCaller, { state }: NscaleDeployment): unknown {
  return byName(inOrganization(call, state.roles)).map(roleView);
}

function listGroups(call: ServiceCall, _: NscaleCaller, { state }: NscaleDeployment): unknown {
  return byId(inOrganization(call, state.groups)).map(groupView);
}
