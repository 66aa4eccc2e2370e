import { loadConfiguration, type Configuration } from '../config/configuration.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { prepareRenderer } from '../output/renderer.ts';
import { gather, throwGathered, type Gathered } from './check.ts';
import { outputFlags, type CommonFlags } from './flags.ts';
import { commandOutput, type CommandOutput } from './output.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** A command's access to the state on this machine, with its output ready. */
export interface StateWork extends CommandOutput {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly configuration: Configuration;
  /** Of journal, locks and audit log; the sandbox has its own. */
  readonly stateDirectory: string;
}

/**
 * Checks output flags and configuration.
 * @throws UsageError with what is wrong with them, and the command's own `problems`
 */
export async function openStateWork(
  ctx: Context,
  common: CommonFlags,
  problems: readonly string[],
): Promise<StateWork> {
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, configuration)));
  gathered.problems.push(...problems);
  throwGathered(gathered);
  if (configuration === null || renderer === null) throw new UsageError(gathered.problems);
  const isSandbox = configuration.sandbox.value;
  const state = configuration.stateDirectory.value;
  const stateDirectory = isSandbox ? sandboxDirectory(state) : state;
  return { ctx, common, configuration, stateDirectory, ...commandOutput(ctx, common, { renderer, isSandbox }) };
}
