import type { Context } from '../context.ts';
import { largestText, readTextFile, type TextReading } from './bounded-file.ts';
import { userPath } from './home.ts';

/** What people give by hand, as a file or, by the name `-`, on standard input. Never rejects but by an interrupt. */
export async function readGivenText(
  ctx: Pick<Context, 'stdin' | 'cwd' | 'homeDirectory'>,
  name: string,
): Promise<TextReading> {
  if (name !== '-') return readTextFile(userPath(name, ctx));
  if (ctx.stdin.isTTY) return { text: null, problem: 'it is a terminal: pipe it in, or name a file' };
  const text = await ctx.stdin.text(largestText);
  return text === null ? { text, problem: 'it is larger than 1 MiB, or not UTF-8 text' } : { text, problem: null };
}
