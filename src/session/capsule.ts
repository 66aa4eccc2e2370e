import type { Context } from '../context.ts';
import { hintText, sactl } from '../model/hint.ts';
import { noteLine } from './note.ts';

/**
 * Prints a sealed entry into the log of a CI job, which outlives its runner (docs/design.md 11). It is no note that
 * `--quiet` turns off, and one write, so that the lines of another account never come between its lines.
 */
export async function printCapsule(
  { stderr }: Pick<Context, 'stderr'>,
  { sealed, isSandbox }: { readonly sealed: string; readonly isSandbox: boolean },
): Promise<void> {
  const open = sactl`recover open -f job.log ${isSandbox ? ['--sandbox'] : []}`;
  const what = ['a sealed copy of the new credential; with the identity, get it out of the log: ', open];
  await stderr.write(`${noteLine(hintText(what))}${sealed}`);
}
