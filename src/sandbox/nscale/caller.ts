import { Refusal, type ServiceCall } from '../emulator.ts';
import { hashSecret, type Action } from '../records.ts';
import type { Endpoint, NscaleAccount, NscaleState, UserRecord } from './state.ts';

/** Who sent a request. */
export type NscaleCaller =
  | { readonly kind: 'user'; readonly subject: string; readonly user: UserRecord }
  | { readonly kind: 'service'; readonly subject: string; readonly account: NscaleAccount };

/**
 * Reads the Authorization header as nscale does: split at single spaces into exactly two parts, the scheme in any case.
 * Expired, rotated and deleted tokens are refused with the same words (docs/contracts/nscale.md 1 and 5).
 * @param now milliseconds since the epoch
 * @throws Refusal 401
 */
export function authenticate(state: NscaleState, header: string | null, now: number): NscaleCaller {
  if (header === null || header === '') throw new Refusal(401, 'authorization header missing');
  const [scheme, token, ...rest] = header.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) {
    throw new Refusal(401, 'authorization header malformed');
  }
  const tokenHash = hashSecret(token);
  const user = state.users.find((candidate) => candidate.tokenHash === tokenHash);
  if (user !== undefined) return { kind: 'user', subject: user.email, user };
  const account = state.accounts.find((candidate) => candidate.tokenHash === tokenHash);
  if (account !== undefined && Date.parse(account.expiry) > now) {
    return { kind: 'service', subject: account.id, account };
  }
  throw new Refusal(401);
}

/** An id from the path, in the case that ids are kept in. */
export function idIn({ parameters }: ServiceCall, name: 'organizationID' | 'serviceAccountID'): string {
  return (parameters[name] ?? '').toLowerCase();
}

/** The items of the path's organization. */
export function inOrganization<Item extends { readonly organizationId: string }>(
  call: ServiceCall,
  items: readonly Item[],
): Item[] {
  const id = idIn(call, 'organizationID');
  return items.filter(({ organizationId }) => organizationId === id);
}

export function isService({ kind }: NscaleCaller): boolean {
  return kind === 'service';
}

/** Whether the caller is the account in the path. */
export function isSelf(caller: NscaleCaller, call: ServiceCall): boolean {
  return caller.kind === 'service' && caller.account.id === idIn(call, 'serviceAccountID');
}

/** The organizations the caller belongs to. */
export function organizationsOf(caller: NscaleCaller): readonly string[] {
  return caller.kind === 'user' ? Object.keys(caller.user.roles) : [caller.account.organizationId];
}

interface Access {
  readonly organizationId: string;
  readonly endpoint: Endpoint;
  readonly operation: Action;
}

/** Whether one of the caller's roles allows it: a person's own, an account's through its groups. */
export function isAllowed(state: NscaleState, caller: NscaleCaller, access: Access): boolean {
  const roleIds = roleIdsOf(state, caller, access.organizationId);
  return state.roles.some(
    (role) =>
      role.organizationId === access.organizationId &&
      roleIds.has(role.id) &&
      (role.permissions[access.endpoint] ?? []).includes(access.operation),
  );
}

function roleIdsOf(state: NscaleState, caller: NscaleCaller, organizationId: string): Set<string> {
  if (caller.kind === 'user') return new Set(caller.user.roles[organizationId]);
  const groups = state.groups.filter(
    (group) => group.organizationId === organizationId && group.accountIds.includes(caller.account.id),
  );
  return new Set(groups.flatMap((group) => group.roleIds));
}

/** @throws Refusal 403, in nscale's words */
export function requirePermission(state: NscaleState, caller: NscaleCaller, access: Access): void {
  if (isAllowed(state, caller, access)) return;
  const isMember = organizationsOf(caller).includes(access.organizationId);
  throw new Refusal(
    403,
    `operation is not allowed by rbac: operation '${access.operation}' on endpoint '${access.endpoint}' ` +
      (isMember
        ? "is not granted by any of this principal's roles"
        : "is refused: organization is not in this principal's accessible set"),
  );
}
