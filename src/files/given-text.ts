import type { Context, TextReading } from '../context.ts';
import { largestText, readTextFile } from './bounded-file.ts';
import { userPath } from './home.ts';

/** What people give by hand, as a file or, by the name `-`, on standard input. Never rejects but by an interrupt. */
export async function readGivenText(
  ctx: Pick<Context, 'stdin' | 'cwd' | 'homeDirectory'>,
  name: string,
): Promise<TextReading> {
  if (name !== '-') return readTextFile(userPath(name, ctx));
  if (ctx.stdin.isTTY) return { text: null, problem: 'it is a terminal: pipe it in, or name a file' };
  return ctx.stdin.text(largestText);
}
