import { randomBytes, randomUUID } from 'node:crypto';

import { Refusal, type ServiceCall } from '../emulator.ts';
import { hashSecret } from '../records.ts';
import { readAccountBody } from './body.ts';
import { idIn, inOrganization, isAllowed, type NscaleCaller } from './caller.ts';
import { timestamp, type NscaleAccount, type NscaleDeployment, type NscaleState } from './state.ts';
import { accountView, byId } from './views.ts';

/** A service account without permission sees itself only, and in another organization nothing (docs/contracts/nscale.md 4). */
export function listAccounts(call: ServiceCall, caller: NscaleCaller, deployment: NscaleDeployment): unknown {
  const { state } = deployment;
  const organizationId = idIn(call, 'organizationID');
  if (!state.organizations.some(({ id }) => id === organizationId)) throw new Refusal(404);
  const wanted = { organizationId, endpoint: 'identity:serviceaccounts', operation: 'read' } as const;
  const only = caller.kind === 'service' && !isAllowed(state, caller, wanted) ? caller.account.id : null;
  return byId(inOrganization(call, state.accounts))
    .filter(({ id }) => only === null || id === only)
    .map((account) => view(account, deployment));
}

/** Answers without groups, as nscale up to v1.19 does, and ignores unknown groups (docs/contracts/nscale.md 4). */
export function createAccount(call: ServiceCall, caller: NscaleCaller, deployment: NscaleDeployment): unknown {
  const { state, now, newId } = deployment;
  const { groupIds, ...body } = readAccountBody(call.text);
  requireRoom(body);
  const account: NscaleAccount = {
    ...body,
    id: newId(),
    organizationId: idIn(call, 'organizationID'),
    creationTime: timestamp(now()),
    createdBy: caller.subject,
    modifiedTime: null,
    modifiedBy: null,
    deletionTime: null,
    expiry: '',
    tokenHash: null,
  };
  state.accounts.push(account);
  joinGroups(state, account, groupIds);
  const token = issueToken(account, deployment);
  return withToken(accountView(account, []), token);
}

/** Replaces everything that a client can set, and answers with the groups from before (docs/contracts/nscale.md 4). */
export function updateAccount(call: ServiceCall, caller: NscaleCaller, deployment: NscaleDeployment): unknown {
  const account = find(call, deployment);
  const { groupIds, ...body } = readAccountBody(call.text);
  requireRoom(body);
  const before = groupIdsOf(account, deployment);
  Object.assign(account, body);
  account.modifiedTime = timestamp(deployment.now());
  account.modifiedBy = caller.subject;
  joinGroups(deployment.state, account, groupIds);
  return accountView(account, before);
}

/** A new token and a new expiry; the modified time stays (docs/contracts/nscale.md 9). */
export function rotateAccount(call: ServiceCall, _: NscaleCaller, deployment: NscaleDeployment): unknown {
  const account = find(call, deployment);
  const token = issueToken(account, deployment);
  return withToken(view(account, deployment), token);
}

export function deleteAccount(call: ServiceCall, _: NscaleCaller, deployment: NscaleDeployment): void {
  const { state } = deployment;
  const account = find(call, deployment);
  state.accounts = state.accounts.filter((candidate) => candidate !== account);
  joinGroups(state, account, []);
}

/** Kubernetes keeps at most this many bytes of annotations of one object, the description among them. */
const mostBytes = 256 * 1024;
/** What the others take. */
const otherBytes = 512;

/** @throws Refusal 500 for too long a description (docs/contracts/nscale.md 3) */
function requireRoom({ description }: Pick<NscaleAccount, 'description'>): void {
  if (Buffer.byteLength(description ?? '') + otherBytes > mostBytes) throw new Refusal(500);
}

/** @throws Refusal 404 */
function find(call: ServiceCall, { state }: NscaleDeployment): NscaleAccount {
  const id = idIn(call, 'serviceAccountID');
  const account = inOrganization(call, state.accounts).find((candidate) => candidate.id === id);
  if (account === undefined) throw new Refusal(404);
  return account;
}

function view(account: NscaleAccount, deployment: NscaleDeployment): ReturnType<typeof accountView> {
  deployment.views += 1;
  return accountView(account, groupIdsOf(account, deployment));
}

/** The groups an account is in. The order changes from call to call, as nscale's does (docs/contracts/nscale.md 4). */
function groupIdsOf({ id }: NscaleAccount, { state, views }: NscaleDeployment): string[] {
  const ids = state.groups.filter((group) => group.accountIds.includes(id)).map((group) => group.id);
  const first = ids.length === 0 ? 0 : views % ids.length;
  return [...ids.slice(first), ...ids.slice(0, first)];
}

const lifetimeMs = 90 * 86_400_000;

function issueToken(account: NscaleAccount, { now, newSecret }: NscaleDeployment): string {
  const token = newSecret();
  account.tokenHash = hashSecret(token);
  account.expiry = timestamp(now() + lifetimeMs);
  return token;
}

function joinGroups(state: NscaleState, account: NscaleAccount, ids: readonly string[]): void {
  for (const group of state.groups) {
    if (group.organizationId !== account.organizationId) continue;
    const others = group.accountIds.filter((id) => id !== account.id);
    group.accountIds = ids.includes(group.id) ? [...others, account.id] : others;
  }
}

function withToken(shown: ReturnType<typeof accountView>, accessToken: string): unknown {
  return { ...shown, status: { ...shown.status, accessToken } };
}

/** Random like nscale's ids, whose first character is a letter. */
export function randomId(): string {
  const id = randomUUID();
  const letter = 'abcdef'[Number.parseInt(id.charAt(0), 16) % 6] ?? 'a';
  return `${letter}${id.slice(1)}`;
}

const joseHeader = Buffer.from(JSON.stringify({ alg: 'A256GCMKW', enc: 'A256GCM', typ: 'at+jwt' })).toString(
  'base64url',
);

/** Five segments, as compact JWE has; only the emulator can read it. */
export function randomToken(): string {
  const segments = [64, 16, 96, 22].map((bytes) => randomBytes(bytes).toString('base64url'));
  return [joseHeader, ...segments].join('.');
}
