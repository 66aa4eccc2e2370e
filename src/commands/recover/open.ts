import { loadConfiguration, type Configuration } from '../../config/configuration.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { openJournal, type Journal } from '../../journal/journal.ts';
import type { OutputDocument } from '../../output/document.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer, type Renderer } from '../../output/renderer.ts';
import { gather, throwGathered, type Gathered } from '../check.ts';
import type { CommonFlags } from '../flags.ts';
import { note } from '../note.ts';
import { sandboxDirectory } from '../sandbox-state.ts';

/** One command's work on the journal. */
export interface Recovery {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly configuration: Configuration;
  readonly journal: Journal;
  readonly renderer: Renderer;
  /** Where journal and locks are; the sandbox has its own. */
  readonly stateDirectory: string;
  readonly marker: { readonly sandbox?: true };
  readonly emit: (document: OutputDocument) => Promise<void>;
  readonly note: (text: string) => Promise<void>;
}

/**
 * Checks output flags and configuration, and opens the journal.
 * @throws UsageError with what is wrong with them, and the command's own `problems`
 */
export async function openRecovery(
  ctx: Context,
  common: CommonFlags,
  problems: readonly string[],
): Promise<Recovery> {
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const configuredFormat = configuration?.format.value ?? undefined;
  const { json, query, queryFile, raw, format, color } = common;
  const renderer = await gather(gathered, () =>
    prepareRenderer(ctx, { json, query, queryFile, raw, format, color, configuredFormat }),
  );
  gathered.problems.push(...problems);
  throwGathered(gathered);
  if (configuration === null || renderer === null) throw new UsageError(gathered.problems);
  const isSandbox = configuration.sandbox.value;
  const state = configuration.stateDirectory.value;
  const stateDirectory = isSandbox ? sandboxDirectory(state) : state;
  return {
    ctx,
    common,
    configuration,
    renderer,
    stateDirectory,
    journal: openJournal({ ...ctx, stateDirectory, keepsSecrets: true }),
    marker: isSandbox ? { sandbox: true } : {},
    emit: async (document) => {
      await emit(ctx, renderer, document);
    },
    note: (text) => note(ctx, common, text),
  };
}
