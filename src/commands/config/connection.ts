import type { Configuration } from '../../config/configuration.ts';
import { resolveConnection, type Connection } from '../../config/connection.ts';
import { selectOrigin, type SelectionOptions } from '../../config/selection.ts';
import { describeSource } from '../../config/setting.ts';
import type { Context } from '../../context.ts';
import { AuthError, UsageError } from '../../errors.ts';
import { environments } from '../../providers/registry.ts';
import { describeConnection } from '../../session/connect.ts';
import type { CommonFlags } from '../../session/flags.ts';

/** The connection that a command would use, or a sentence saying why there is not the one. */
export type Explained =
  | { readonly connection: Connection; readonly problem: null }
  | { readonly connection: null; readonly problem: string };

/**
 * Finds the connection and opens nothing: no credential is read, and no command that gives one is run.
 * @throws UsageError when the settings contradict each other, as every command does
 */
export async function findExplained(
  ctx: Context,
  common: CommonFlags,
  configuration: Configuration,
): Promise<Explained> {
  const options = { configuration, environments };
  const problem = selectionProblem({ ...options, env: ctx.env });
  if (problem !== null) return { connection: null, problem };
  const connection = await resolveConnection(ctx, { ...options, flags: common });
  const { problems } = await describeConnection(configuration, connection);
  if (problems.length > 0) throw new UsageError(problems);
  return { connection, problem: null };
}

/** Why no one connection is selected, where that is no contradiction: none is there, or nothing says which of several. */
function selectionProblem(options: SelectionOptions): string | null {
  const { provider, profile } = options.configuration;
  if (provider.value === 'all') {
    return `${describeSource(provider.source)} says all: every profile, and every provider with a credential in the environment`;
  }
  try {
    selectOrigin(options);
    return null;
  } catch (error) {
    const isOpen = provider.value === null && profile.value === null;
    const isExplained = error instanceof AuthError || (error instanceof UsageError && isOpen);
    if (!isExplained) throw error;
    return [error.message, error.hint].filter((text) => text !== null).join('; ');
  }
}
