import { AuthError, UsageError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import { sactl } from '../../model/hint.ts';
import { quoted, safeText } from '../../model/text.ts';
import { complete, type Items } from '../answers.ts';
import type { Group, Misread } from '../provider.ts';
import type { Connection } from './connection.ts';
import { isUuid } from '../lookup.ts';
import { toGroup, toRole, type GroupRead } from './schema.ts';

/** All groups of the organization. @throws HttpError 403 for most callers (docs/contracts/nscale.md 9.23) */
export async function listGroups(connection: Connection): Promise<Group[]> {
  return complete(await readGroups(connection), 'nscale').map(toGroup);
}

function readGroups({ api, read }: Connection): Promise<Items<GroupRead>> {
  return read(api.groups);
}

/** What groups are, as far as the caller may read it. */
export interface ResolvedGroups {
  /** The ids that names and ids stand for. */
  readonly ids: ReadonlyMap<string, string>;
  /** The groups of the organization; none where they were not read. */
  readonly known: readonly Group[];
}

/**
 * The ids that group names and ids stand for. nscale up to v1.19.1 ignores unknown ids (docs/contracts/nscale.md 9.4), so
 * they are checked here. @throws UsageError naming every unknown or ambiguous group; AuthError when none can be looked up
 */
export async function resolveGroups(connection: Connection, references: readonly string[]): Promise<ResolvedGroups> {
  const wanted = [...new Set(references)];
  if (wanted.length === 0) return { ids: new Map(), known: [] };
  const read = await readableGroups(connection, wanted);
  if (read === null) return { ids: new Map(wanted.map((id) => [id, id.toLowerCase()])), known: [] };
  const known = read.items.map(toGroup);
  const ids = new Map<string, string>();
  const problems: string[] = [];
  for (const reference of wanted) {
    const found = resolveGroup(known, read.unreadable, reference);
    if (typeof found === 'string') ids.set(reference, found);
    else problems.push(found.problem);
  }
  if (problems.length > 0) throw new UsageError(problems, { hint: sactl`groups list` });
  return { ids, known };
}

/** A group by its name and id, as far as its name is known, e.g. `inference (e01c…)`. */
export function groupText(id: string, known: readonly Group[]): string {
  const group = known.find((one) => one.id === id);
  return group === undefined ? id : `${safeText(group.name, 100)} (${id})`;
}

/** The id that an exact id or unique name stands for among these groups. */
function resolveGroup(
  groups: readonly Group[],
  unreadable: readonly Misread[],
  reference: string,
): string | { readonly problem: string } {
  const byId = groups.find((group) => group.id === reference.toLowerCase());
  if (byId !== undefined) return byId.id;
  const misread = unreadable.find(({ id, name }) => id === reference.toLowerCase() || name === reference);
  if (misread !== undefined) return { problem: misread.what };
  const named = groups.filter((group) => group.name === reference);
  const [only, ...others] = named;
  if (only === undefined) return { problem: `no group has the id or name "${reference}"` };
  if (others.length === 0) return only.id;
  const ids = named.map((group) => group.id).join(', ');
  return { problem: `several groups are named "${reference}": ${ids}` };
}

/** null where the caller may not list groups and gave ids only, which then have to be taken as they are. */
async function readableGroups(connection: Connection, references: readonly string[]): Promise<Items<GroupRead> | null> {
  try {
    return await readGroups(connection);
  } catch (error) {
    if (!(error instanceof HttpError) || error.verdict !== 403) throw error;
    const names = references.filter((reference) => !isUuid(reference));
    if (names.length === 0) return null;
    throw new AuthError(
      'forbidden',
      `cannot look up ${names.map((name) => `group "${name}"`).join(', ')}: this token may not list groups`,
      { provider: 'nscale', status: 403, hint: 'name groups by their id', cause: error },
    );
  }
}

/**
 * Says which of the groups carry a role that the caller may not grant, one sentence each: a newer nscale refuses to add
 * members to them (docs/contracts/nscale.md 9.38). Nothing is said of roles that cannot be read.
 */
export async function grantWarnings(
  connection: Connection,
  joined: readonly string[],
  known: readonly Group[],
): Promise<readonly string[]> {
  const groups = known.filter(({ id, roles }) => joined.includes(id) && roles.length > 0);
  if (groups.length === 0) return [];
  const names = await forbiddenRoles(connection);
  return groups.flatMap(({ id, name, roles }) =>
    roles.flatMap((role) => {
      const forbidden = names.get(role);
      if (forbidden === undefined) return [];
      return [`group ${name} (${id}) carries role ${quoted(forbidden)}, which you may not grant: nscale may refuse it`];
    }),
  );
}

/** The names of the roles that the caller certainly may not grant, by their ids. */
async function forbiddenRoles({ api, read }: Connection): Promise<ReadonlyMap<string, string>> {
  try {
    const { items } = await read(api.roles);
    const roles = items.map(toRole).filter(({ grantable }) => grantable === false);
    return new Map(roles.map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof HttpError) return new Map();
    throw error;
  }
}

/** A refusal for a role that the caller may not grant is no lack of the permission to create or update. */
export function aboutGrants(error: unknown): unknown {
  const isAboutMembers =
    error instanceof HttpError &&
    error.verdict === 403 &&
    error.problem?.message.startsWith('members cannot be added to the group') === true;
  if (!isAboutMembers) return error;
  return error.with({ hint: ['name groups whose roles you may grant: ', sactl`roles list`] });
}
