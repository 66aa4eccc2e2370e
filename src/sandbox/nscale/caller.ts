import { Dropped, Refusal, type ServiceCall } from '../emulator.ts';
import { parseFields } from '../../model/account.ts';
import { hashSecret, type Action } from '../records.ts';
import { sandboxTokens } from './seed-ids.ts';
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
  const token = tokenIn(header);
  if (token === null) throw new Refusal(401, 'authorization header malformed');
  if (!/^bearer /i.test(header)) throw new Refusal(401, 'authorization scheme not allowed');
  return bearerOf(state, token, now);
}

/** The second of exactly two parts; null for any other header. */
function tokenIn(header: string): string | null {
  const [scheme, token, ...rest] = header.split(' ');
  return scheme !== undefined && token !== undefined && rest.length === 0 ? token : null;
}

/** userinfo reads the header itself, and its 400 is not declared (docs/contracts/nscale.md 5). @throws Refusal 401; Dropped */
export function authenticateUserInfo(state: NscaleState, header: string | null, now: number): NscaleCaller {
  if (header === null || header === '') throw new Refusal(401, 'authorization header not set');
  const token = tokenIn(header);
  if (token === null || !/^bearer /i.test(header)) throw new Dropped();
  return bearerOf(state, token, now);
}

function bearerOf(state: NscaleState, token: string, now: number): NscaleCaller {
  const tokenHash = hashSecret(token);
  const user = state.users.find((candidate) => candidate.tokenHash === tokenHash);
  if (user !== undefined) return { kind: 'user', subject: user.email, user };
  const account = state.accounts.find((candidate) => candidate.tokenHash === tokenHash);
  if (account !== undefined && Date.parse(account.expiry) > now) {
    return { kind: 'service', subject: account.id, account };
  }
  throw new Refusal(401, refusalOf(token));
}

const seedTokens: ReadonlySet<string> = new Set(Object.values(sandboxTokens));

/** What nscale says of a token that it does not know, by its form (docs/contracts/nscale.md 5). */
function refusalOf(token: string): string {
  const segments = token.split('.');
  const isSigned = segments.length === 3;
  if (seedTokens.has(token)) return 'token validation failed';
  if (!hasAlgorithm(segments[0] ?? '') || (segments.length !== 5 && !isSigned)) {
    return 'unrecognized bearer token format';
  }
  return isSigned ? 'untrusted token issuer' : 'token validation failed';
}

function hasAlgorithm(segment: string): boolean {
  const header = parseFields(Buffer.from(segment, 'base64url').toString('utf8'));
  return typeof header?.['alg'] === 'string';
}

/** An id in any form that Go's parser takes, as it is kept; null for anything else (docs/contracts/nscale.md 2). */
export function parseId(text: string): string | null {
  const form = /^(?:urn:uuid:|\{)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i.exec(
    text,
  );
  return form === null ? null : form.slice(1).join('-').toLowerCase();
}

/** An id from the path, in the form that ids are kept in. */
export function idIn({ parameters }: ServiceCall, name: 'organizationID' | 'serviceAccountID'): string {
  return parseId(parameters[name] ?? '') ?? '';
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

/** @throws Refusal 403, in nscale's words (docs/contracts/nscale.md 5) */
export function requirePermission(state: NscaleState, caller: NscaleCaller, access: Access): void {
  if (isAllowed(state, caller, access)) return;
  throw new Refusal(
    403,
    `operation is not allowed by rbac: operation '${access.operation}' on endpoint '${access.endpoint}'` +
      whyNot(state, caller, access),
  );
}

function whyNot(state: NscaleState, caller: NscaleCaller, { organizationId }: Access): string {
  if (roleIdsOf(state, caller, organizationId).size > 0) return ' is not permitted';
  const hasRoles = organizationsOf(caller).some((id) => roleIdsOf(state, caller, id).size > 0);
  return hasRoles && !organizationsOf(caller).includes(organizationId)
    ? " — organization is not in this principal's accessible set"
    : ' — this principal has no organization-scope permissions';
}

/**
 * A person's organization is compared as text, in the ACL step, whose error has no status of its own
 * (docs/contracts/nscale.md 5). @throws Refusal 500
 */
export function requireMembership(caller: NscaleCaller, organization: string): void {
  if (caller.kind === 'user' && !organizationsOf(caller).includes(organization)) throw new Refusal(500);
}
