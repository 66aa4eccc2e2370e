import { loadConfiguration } from '../../config/configuration.ts';
import { locateUserFile } from '../../config/user-file.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { safeText } from '../../model/text.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { outputFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';

/** What `config path` does. */
export async function printPath({ ctx, common }: Invocation): Promise<ExitCode> {
  // The path is needed most when a configuration that is wrong has to be mended.
  const configuration = await loadConfiguration(ctx, common).catch((error: unknown) => {
    if (error instanceof UsageError) return null;
    throw error;
  });
  const renderer = await prepareRenderer(ctx, outputFlags(common, configuration));
  const { path, exists } = locateUserFile(ctx);
  await emit(ctx, renderer, { value: { path, exists }, human: () => `${safeText(path)}\n` });
  if (!exists) await note(ctx, common, `${path} does not exist`);
  return ExitCode.done;
}
