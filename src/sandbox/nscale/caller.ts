import { hashSecret } from '../records.ts';
import { Refusal } from './answers.ts';
import type { AccountRecord, Endpoint, NscaleState, Operation, UserRecord } from './state.ts';

/** Who sent a request. */
export type Caller =
  | { readonly kind: 'user'; readonly subject: string; readonly user: UserRecord }
  | { readonly kind: 'service'; readonly subject: string; readonly account: AccountRecord };

/**
 * Reads the Authorization header as nscale does: split at single spaces into exactly two parts, the scheme in any case.
 * Expired, rotated and deleted tokens are refused with the same words (contracts/nscale.md 1 and 5).
 */
export function authenticate(state: NscaleState, { header, now }: { header: string | null; now: number }): Caller {
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
  throw new Refusal(401, 'token validation failed');
}

/** The organizations the caller belongs to. */
export function organizationsOf(caller: Caller): readonly string[] {
  return caller.kind === 'user' ? Object.keys(caller.user.roles) : [caller.account.organizationId];
}

export interface Wish {
  readonly organizationId: string;
  readonly endpoint: Endpoint;
  readonly operation: Operation;
}

/** Whether one of the caller's roles allows it: a person's own, an account's through its groups. */
export function isAllowed(state: NscaleState, caller: Caller, wish: Wish): boolean {
  const roleIds = roleIdsOf(state, caller, wish.organizationId);
  return state.roles.some(
    (role) =>
      role.organizationId === wish.organizationId &&
      roleIds.has(role.id) &&
      (role.permissions[wish.endpoint] ?? []).includes(wish.operation),
  );
}

function roleIdsOf(state: NscaleState, caller: Caller, organizationId: string): Set<string> {
  if (caller.kind === 'user') return new Set(caller.user.roles[organizationId]);
  const groups = state.groups.filter(
    (group) => group.organizationId === organizationId && group.accountIds.includes(caller.account.id),
  );
  return new Set(groups.flatMap((group) => group.roleIds));
}

/** @throws Refusal 403, in nscale's words */
export function requirePermission(state: NscaleState, caller: Caller, wish: Wish): void {
  if (isAllowed(state, caller, wish)) return;
  const isMember = organizationsOf(caller).includes(wish.organizationId);
  throw new Refusal(
    403,
    `operation is not allowed by rbac: operation '${wish.operation}' on endpoint '${wish.endpoint}' ` +
      (isMember
        ? "is not granted by any of this principal's roles"
        : "is refused: organization is not in this principal's accessible set"),
  );
}
