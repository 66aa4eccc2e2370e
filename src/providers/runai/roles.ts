import { UsageError } from '../../errors.ts';
import type { Role } from '../provider.ts';
import type { Connection } from './connection.ts';
import { toRole } from './schema.ts';

/** The roles that can be granted; deleted and disabled ones are left out (contracts/runai.md 8). */
export async function listRoles({ api }: Connection): Promise<Role[]> {
  const roles = await api.roles();
  return roles
    .filter(({ wire }) => wire.effectiveEnabled !== false && !wire.deletedAt)
    .map(({ wire, raw }) => toRole(wire, raw));
}

/**
 * The role with this id, or this name in any case: ids differ between installations.
 * @throws UsageError naming the candidates
 */
export function resolveRole(roles: readonly Role[], reference: string): Role {
  const byId = roles.find(({ id }) => id === reference);
  if (byId !== undefined) return byId;
  const wanted = reference.toLowerCase();
  const named = roles.filter(({ name }) => name.toLowerCase() === wanted);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  const list = (only === undefined ? roles : named).map(({ id, name }) => `${name} (${id})`);
  throw new UsageError(
    only === undefined
      ? `no role has the id or name "${reference}"; there are ${list.join(', ')}`
      : `several roles are named "${reference}": ${list.join(', ')}`,
    { hint: 'sactl roles list --provider runai' },
  );
}
