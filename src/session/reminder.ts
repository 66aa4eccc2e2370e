import { stateDirectory } from '../config/directories.ts';
import { isSandboxOn, type Context } from '../context.ts';
import { countOpenEntries } from '../state/open-count.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/**
 * One line on stderr while the journal has something that nobody is at; the sandbox, which only a flag or a variable
 * turns on, has a journal of its own. Never rejects.
 */
export async function remindOfEntries(ctx: Context, common: CommonFlags): Promise<void> {
  const isSandbox = common.sandbox ?? isSandboxOn(ctx.env);
  const state = stateDirectory(ctx).value;
  const open = await countOpenEntries({
    ...ctx,
    stateDirectory: isSandbox ? sandboxDirectory(state) : state,
  });
  if (open === 0) return;
  const what = open === 1 ? 'a create or rotate has' : `${open} creates or rotates have`;
  const command = `sactl recover list${isSandbox ? ' --sandbox' : ''}`;
  await note(ctx, common, `${what} not come to an end: ${command}`);
}
