import { sactl } from '../../model/hint.ts';
import { AuthError, UsageError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Group } from '../provider.ts';
import type { Connection } from './connection.ts';
import { isUuid } from './lookup.ts';
import { toGroup } from './schema.ts';

/** All groups of the organization. @throws HttpError 403 for most callers (docs/contracts/nscale.md 9.23) */
export async function listGroups({ api, organization }: Connection): Promise<Group[]> {
  return (await api.groups(await organization())).map(toGroup);
}

/** Which id each group name or id stands for. */
export type GroupIds = ReadonlyMap<string, string>;

/**
 * Turns group names and ids into ids. nscale at or before v1.19.1 ignores unknown ids without a word
 * (docs/contracts/nscale.md 9.4), so they are checked here, all at once.
 * @throws UsageError naming every unknown or ambiguous group; AuthError when names cannot be looked up
 */
export async function resolveGroups(connection: Connection, references: readonly string[]): Promise<GroupIds> {
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
