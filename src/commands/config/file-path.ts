import { loadConfiguration, type Configuration } from '../../config/configuration.ts';
import { locateUserFile } from '../../config/user-file.ts';
import type { Context } from '../../context.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { safeText } from '../../model/text.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import type { CommonFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';
import { outputFlags } from '../../session/flags.ts';

/** What `config path` does. */
export async function printPath({ ctx, common }: Invocation): Promise<ExitCode> {
  const configuration = await loadUsable(ctx, common);
  const renderer = await prepareRenderer(ctx, outputFlags(common, configuration));
  const { path, exists } = locateUserFile(ctx);
  await emit(ctx, renderer, { value: { path, exists }, human: () => `${safeText(path)}\n` });
  if (!exists) await note(ctx, common, `${path} does not exist`);
  return ExitCode.done;
}

/** Null when the configuration is wrong: its path is needed most when it has to be mended. */
async function loadUsable(ctx: Context, common: CommonFlags): Promise<Configuration | null> {
  try {
    return await loadConfiguration(ctx, common);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
