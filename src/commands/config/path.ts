import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { emit } from '../../output/emit.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Context } from '../../context.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { CommonFlags } from '../../session/flags.ts';

export function addPath(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'path', {
    summary: "Print the path of the user's configuration file",
    description:
      'Prints the path of the file that is read or, if it were there, would be; also when something in it is wrong.',
    honours: ['output'],
    examples: ['sactl config path', '"$EDITOR" "$(sactl config path)"'],
  }).action(() => host.run(printPath));
}

async function printPath({ ctx, common }: Invocation): Promise<ExitCode> {
  const { locateUserFile } = await import('../../config/user-file.ts');
  const { safeText } = await import('../../model/text.ts');
  const { prepareRenderer } = await import('../../output/renderer.ts');
  const { note } = await import('../../session/note.ts');
  const { outputFlags } = await import('../../session/session.ts');
  const configuration = await loadUsable(ctx, common);
  const renderer = await prepareRenderer(ctx, outputFlags(common, configuration));
  const { path, exists } = locateUserFile(ctx);
  await emit(ctx, renderer, { value: { path, exists }, human: () => `${safeText(path)}\n` });
  if (!exists) await note(ctx, common, `${path} does not exist`);
  return ExitCode.done;
}

/** Null where something is wrong with it: whoever wants to mend the file asks for its path. */
async function loadUsable(ctx: Context, common: CommonFlags): Promise<Configuration | null> {
  const { loadConfiguration } = await import('../../config/configuration.ts');
  try {
    return await loadConfiguration(ctx, common);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
