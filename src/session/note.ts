import type { Context } from '../context.ts';
import { safeText } from '../model/text.ts';
import type { CommonFlags } from './flags.ts';

/** What every line on stderr begins with in the sandbox. */
export const sandboxMark = '[sandbox] ';

/** Prints one line on stderr, unless `--quiet`. */
export async function note(ctx: Context, { quiet }: CommonFlags, text: string): Promise<void> {
  if (!quiet) await ctx.stderr.write(noteLine(text));
}

/** The line of a note. */
export function noteLine(text: string): string {
  return `sactl: ${safeText(text)}\n`;
}
