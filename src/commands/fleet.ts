import { loadConfiguration, type Configuration } from '../config/configuration.ts';
import { resolveAllConnections, resolveConnection, type Connection } from '../config/connection.ts';
import type { Context } from '../context.ts';
import { CliError, UsageError } from '../errors.ts';
import type { OutputDocument } from '../output/document.ts';
import { emit } from '../output/emit.ts';
import { prepareRenderer } from '../output/renderer.ts';
import { environments } from '../providers/registry.ts';
import { gather, throwGathered, type Check, type Gathered } from './check.ts';
import { connect, describeConnection, type Connected } from './connect.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';
import { columnsOf, outputFlags, type Local } from './session.ts';

/**
 * Every connection there is: all profiles, and all providers with a credential in the environment; or the one that was
 * named (DESIGN.md 1).
 */
export interface Fleet {
  readonly connections: readonly Connection[];
  readonly emit: (document: OutputDocument) => Promise<void>;
  readonly note: (text: string) => Promise<void>;
  /** Asks every provider at once; the answers are in the order of the connections. */
  readonly askAll: <Answer>(
    question: (connected: Connected) => Promise<Answer>,
  ) => Promise<readonly FleetAnswer<Answer>[]>;
}

/** What one of them said, or why it said nothing. */
export type FleetAnswer<Answer> =
  | { readonly answer: Answer; readonly error: null }
  | { readonly answer: null; readonly error: CliError };

/** Whether this run is about all providers at once. */
export function isFleet({ env }: Context, { provider, profile }: CommonFlags): boolean {
  if (provider !== undefined) return provider === 'all';
  return profile === undefined && (env['SACTL_PROVIDER'] ?? '').trim() === 'all';
}

/**
 * Checks everything local and reports every problem at once, as `openSession` does for one provider.
 * @throws UsageError holding all problems; AuthError when there is no connection at all
 */
export async function openFleet<Input>(
  ctx: Context,
  common: CommonFlags,
  check: (local: Pick<Local, 'columns'>) => Promise<Check<Input>>,
): Promise<{ fleet: Fleet; input: Input }> {
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const renderer = await gather(gathered, () =>
    prepareRenderer(ctx, outputFlags(common, configuration)),
  );
  const checked =
    configuration === null ? null : await check({ columns: columnsOf(configuration) });
  gathered.problems.push(...(checked?.problems ?? []), ...singleProblems(common));
  throwGathered(gathered);
  if (configuration === null || renderer === null || checked === null) {
    throw new UsageError(gathered.problems);
  }
  const options = { configuration, flags: common, environments };
  const isOne = configuration.provider.value !== null && configuration.provider.value !== 'all';
  const connections =
    isOne || common.profile !== undefined
      ? [await resolveConnection(ctx, options)]
      : await resolveAllConnections(ctx, options);
  const fleet: Fleet = {
    connections,
    emit: async (document) => {
      await emit(ctx, renderer, document);
    },
    note: (text) => note(ctx, common, text),
    askAll: (question) =>
      Promise.all(
        connections.map((connection) => ask({ ctx, common, configuration, connection, question })),
      ),
  };
  return { fleet, input: checked.value };
}

/** Flags that mean one provider. */
function singleProblems({ raw, org }: CommonFlags): readonly string[] {
  return [
    ...(raw ? ['--raw prints the answer of one provider'] : []),
    ...(org === undefined ? [] : ['--org does not go with all providers']),
  ];
}

interface Question<Answer> {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly configuration: Configuration;
  readonly connection: Connection;
  readonly question: (connected: Connected) => Promise<Answer>;
}

/** One that fails costs its own answer and no other's. */
async function ask<Answer>({
  ctx,
  common,
  configuration,
  connection,
  question,
}: Question<Answer>): Promise<FleetAnswer<Answer>> {
  try {
    const found = await describeConnection(configuration, connection);
    if (found.problems.length > 0) throw new UsageError(found.problems);
    return { answer: await question(await connect(ctx, common, found)), error: null };
  } catch (error) {
    if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
    return { answer: null, error };
  }
}
