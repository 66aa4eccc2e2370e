import { UsageError } from '../../errors.ts';
import type { GrantRequest } from '../../model/account.ts';
import { shellWord } from '../../model/shell-word.ts';
import type { Connection } from './connection.ts';
import { listRoles, resolveRole } from './roles.ts';
import type { Grant } from './rules.ts';
import { listScopes, resolveScope } from './scopes.ts';

/** A grant with ids, in words, and as the flags that ask for it. */
export interface ResolvedGrant {
  readonly grant: Omit<Grant, 'subject'>;
  /** e.g. `L1 researcher on project vision`. */
  readonly text: string;
  /** e.g. `--role 9 --scope project:50`. */
  readonly flags: string;
}

/** @throws UsageError with every role and scope that is unknown or ambiguous */
export async function resolveGrants(
  connection: Connection,
  requests: readonly GrantRequest[],
): Promise<ResolvedGrant[]> {
  if (requests.length === 0) return [];
  const [roles, scopes] = await Promise.all([listRoles(connection), listScopes(connection)]);
  const problems: string[] = [];
  const hints: string[] = [];
  const grants = requests.flatMap((request) => {
    try {
      const role = resolveRole(roles, request.role);
      const scope = resolveScope(scopes, request);
      return [
        {
          grant: {
            roleId: role.id,
            scopeType: scope.type,
            scopeId: scope.id,
            clusterId: scope.type === 'cluster' || scope.type === 'tenant' ? null : scope.clusterId,
          },
          text: `${role.name} on ${scope.type} ${scope.path}`,
          flags: `--role ${shellWord(role.id)} --scope ${shellWord(`${scope.type}:${scope.id}`)}`,
        },
      ];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems);
      if (error.hint !== null) hints.push(error.hint);
      return [];
    }
  });
  if (problems.length > 0) throw new UsageError(problems, { hint: hints[0] ?? null });
  return grants;
}
