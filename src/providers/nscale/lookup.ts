import { AuthError, FailedError, NotFoundError, UsageError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { sactl } from '../../model/hint.ts';
import { accountsNamed as byReference, onlyAccount } from '../lookup.ts';
import type { Payload } from '../answers.ts';
import type { AccountList, Group } from '../provider.ts';
import type { Connection } from './connection.ts';
import { toGroup, type ServiceAccount } from './schema.ts';
import { HttpError } from '../../http/error.ts';

/** Every account the token can see, which for a service account without rights is only itself. */
export async function listAccounts(connection: Connection): Promise<AccountList> {
  const accounts = (await connection.accounts()).map(connection.model);
  return { accounts, warnings: accounts.length <= 1 ? [mayBeIncomplete] : [] };
}

/** docs/contracts/nscale.md 9.8 */
const mayBeIncomplete =
  'this list may be incomplete: without read permission an nscale token sees only its own account';

/** Matched by id or exact name; a UUID is never taken for a name. */
export function accountsNamed(accounts: readonly Account[], reference: string): readonly Account[] {
  return isUuid(reference)
    ? byReference(accounts, reference.toLowerCase(), ['id'])
    : byReference(accounts, reference, ['name']);
}

/** nscale has no route for one account (docs/contracts/nscale.md 9.1): list, then match. */
export async function findAccount(connection: Connection, reference: string): Promise<Account> {
  const accounts = (await connection.accounts()).map(connection.model);
  const found = onlyAccount(accountsNamed(accounts, reference), `nscale service accounts are named "${reference}"`);
  if (found !== null) return found;
  const message = `no service account "${reference}" in nscale organization ${await connection.organization()}`;
  throw new NotFoundError(accounts.length <= 1 ? `${message}; ${mayBeIncomplete}` : message, {
    provider: 'nscale',
    hint: sactl`serviceaccounts list`,
  });
}

/** The account as the server shows it now, or null when it does not. */
export async function find(connection: Connection, id: string): Promise<Payload<ServiceAccount> | null> {
  const accounts = await connection.accounts();
  return accounts.find(({ wire }) => wire.metadata.id === id) ?? null;
}

/** Like `find`, for an account that was there a moment ago. @throws FailedError when it is gone */
export async function findAgain(
  connection: Connection,
  { id, name }: { id: string; name: string },
): Promise<Payload<ServiceAccount>> {
  const found = await find(connection, id);
  if (found !== null) return found;
  throw new FailedError('gone', `nscale service account ${name} (${id}) has just been deleted`, { provider: 'nscale' });
}

const rereads = 6;
const rereadPauseMs = 500;

/**
 * The account as the server shows it once `isSettled` holds, or as it showed it last. A list can lag a write by a moment
 * (docs/contracts/nscale.md 4), so it is read up to six times, half a second apart; null when it never appeared.
 */
export async function reread(
  connection: Connection,
  id: string,
  isSettled: (account: ServiceAccount) => boolean,
): Promise<Payload<ServiceAccount> | null> {
  let last: Payload<ServiceAccount> | null = null;
  for (let attempt = 1; attempt <= rereads; attempt += 1) {
    const found = await find(connection, id);
    last = found ?? last;
    if (found !== null && isSettled(found.wire)) return found;
    if (attempt < rereads) await connection.sleep(rereadPauseMs);
  }
  return last;
}

/** Why nscale would refuse this name, or null (docs/contracts/nscale.md 3). */
export function nameProblem(name: string): string | null {
  if (/^[0-9A-Za-z](?:[0-9A-Za-z\-_.]{0,61}[0-9A-Za-z])?$/.test(name)) return null;
  return 'nscale names have 1 to 63 letters, digits, "-", "_" or ".", and begin and end with a letter or digit';
}

/** Why this cannot be an nscale organization id, or null. */
export function organizationProblem(id: string): string | null {
  if (isUuid(id)) return null;
  return 'nscale organizations are named by their UUID; "sactl orgs list" shows it';
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** All groups of the organization. @throws HttpError 403 for most callers (docs/contracts/nscale.md 9.23) */
export async function listGroups({ api, organization }: Connection): Promise<Group[]> {
  return (await api.groups(await organization())).map(toGroup);
}

/**
 * The ids that group names and ids stand for. nscale up to v1.19.1 ignores unknown ids (docs/contracts/nscale.md 9.4), so
 * they are checked here. @throws UsageError naming every unknown or ambiguous group; AuthError when none can be looked up
 */
export async function resolveGroups(
  connection: Connection,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(references)];
  if (wanted.length === 0) return new Map();
  const groups = await readableGroups(connection, wanted);
  if (groups === null) return new Map(wanted.map((id) => [id, id.toLowerCase()]));
  const ids = new Map<string, string>();
  const problems: string[] = [];
  for (const reference of wanted) {
    const found = resolveGroup(groups, reference);
    if (typeof found === 'string') ids.set(reference, found);
    else problems.push(found.problem);
  }
  if (problems.length > 0) throw new UsageError(problems, { hint: sactl`groups list` });
  return ids;
}

/** The id that an exact id or unique name stands for among these groups. */
function resolveGroup(groups: readonly Group[], reference: string): string | { readonly problem: string } {
  const byId = groups.find((group) => group.id === reference.toLowerCase());
  if (byId !== undefined) return byId.id;
  const named = groups.filter((group) => group.name === reference);
  const [only, ...others] = named;
  if (only === undefined) return { problem: `no group has the id or name "${reference}"` };
  if (others.length === 0) return only.id;
  const ids = named.map((group) => group.id).join(', ');
  return { problem: `several groups are named "${reference}": ${ids}` };
}

/** null where the caller may not list groups and gave ids only, which then have to be taken as they are. */
async function readableGroups(connection: Connection, references: readonly string[]): Promise<Group[] | null> {
  try {
    return await listGroups(connection);
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 403) throw error;
    const names = references.filter((reference) => !isUuid(reference));
    if (names.length === 0) return null;
    throw new AuthError(
      'forbidden',
      `cannot look up ${names.map((name) => `group "${name}"`).join(', ')}: this token may not list groups`,
      { provider: 'nscale', status: 403, hint: 'name groups by their id', cause: error },
    );
  }
}
