import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Context } from '../../context.ts';
import { ExitCode } from '../../errors.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { outputFlags, type CommonFlags } from '../../session/flags.ts';
import { isRepeatable } from '../completion/index.ts';
import { readTree } from '../read-tree.ts';
import { commandDocument } from './document.ts';

/** Prints the help of a command, and of all below it, as the flags about output say. */
export async function printHelp(ctx: Context, common: CommonFlags, command: CommandUnknownOpts): Promise<ExitCode> {
  const renderer = await prepareRenderer(ctx, outputFlags(common, null));
  const value = commandDocument(readTree(command, isRepeatable));
  await emit(ctx, renderer, { value, human: () => command.helpInformation() });
  return ExitCode.done;
}
