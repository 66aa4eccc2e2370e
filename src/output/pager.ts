import { basename } from 'node:path';

import type { Context, Environment } from '../context.ts';
import { UsageError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { safeText } from '../model/text.ts';
import { findProgram } from '../programs/find-program.ts';
import { wordsOf } from '../programs/words.ts';
import type { Paging } from './renderer.ts';

/**
 * Shows text in the user's pager, or in `less` (docs/design.md 1). Returns false where there is none or it cannot be started,
 * which is said of one that the user chose: nothing was shown then. @throws the signal's reason, when that ended it
 */
export async function showInPager(ctx: Context, { isQuiet }: Paging, text: string): Promise<boolean> {
  const { command, variable } = pagerOf(ctx.env);
  const words = wordsOf(command);
  if (words?.length === 0 || (words?.length === 1 && basename(words[0] ?? '') === 'cat')) return false;
  const problem = words === null ? 'a quote is not closed' : await problemOf(ctx, words, text);
  if (problem === null) return true;
  if (variable !== null && !isQuiet) {
    await ctx.stderr.write(`sactl: ${variable}: ${safeText(problem)}; this is printed without a pager\n`);
  }
  return false;
}

interface Wish {
  /** Empty for none. */
  readonly command: string;
  /** The variable that says so; null for the default. */
  readonly variable: string | null;
}

function pagerOf(env: Environment): Wish {
  const variable = ['SACTL_PAGER', 'PAGER'].find((name) => env[name] !== undefined) ?? null;
  if (variable !== null) return { command: env[variable] ?? '', variable };
  // There, less would warn and wait for a key.
  return { command: ['', 'dumb'].includes(env['TERM'] ?? '') ? '' : 'less', variable };
}

/** Why nothing was shown; null where it was. */
async function problemOf(
  ctx: Context,
  [program = '', ...args]: readonly string[],
  text: string,
): Promise<string | null> {
  try {
    const path = await findProgram(program, ctx);
    // As git sets it: quit where all fits, keep colours, leave the last page on the screen.
    await ctx.page({ path, args, env: { ...ctx.env, LESS: ctx.env['LESS'] ?? 'FRX' } }, text);
    return null;
  } catch (error) {
    ctx.signal.throwIfAborted();
    return error instanceof UsageError ? error.message : `it cannot be started: ${systemReason(error)}`;
  }
}
