import type { Context } from '../context.ts';
import { safeText } from '../model/safe-text.ts';
import type { CommonFlags } from './flags.ts';

/** Tells the user one line on stderr, unless `--quiet`. */
export async function note(ctx: Context, { quiet }: CommonFlags, text: string): Promise<void> {
  if (!quiet) await ctx.stderr.write(`sactl: ${safeText(text)}\n`);
}
