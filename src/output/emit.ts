import { stripVTControlCharacters } from 'node:util';

import type { Context, Output } from '../context.ts';
import { FailedError } from '../errors.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { isTerminal } from '../model/run-environment.ts';
import type { OutputDocument } from './document.ts';
import type { Paging, Renderer } from './renderer.ts';

/**
 * Renders and writes to stdout, piece by piece; what people only read, and what is longer than their terminal is high, through their pager
 * (docs/design.md 1). Returns true when the operating system took all of it, false when the reader has gone
 * (`EPIPE`), which is no error where nothing was changed.
 * @throws FailedError `output` when stdout cannot be written to, and whatever `render` throws
 */
export async function emit(ctx: Context, renderer: Renderer, document: OutputDocument): Promise<boolean> {
  const pieces = await renderer.pieces(document);
  if (document.isPaged && renderer.paging !== null && isTerminal(ctx)) {
    return writeForPerson(ctx, renderer.paging, Array.from(pieces).join(''));
  }
  for (const piece of pieces) {
    if (!(await writeOutput(ctx, piece))) return false;
  }
  return true;
}

async function writeForPerson(ctx: Context, paging: Paging, text: string): Promise<boolean> {
  if (isTall(text, ctx.stdout)) {
    // Loaded here, because most lists fit.
    const { showInPager } = await import('./pager.ts');
    if (await showInPager(ctx, paging, text)) return true;
  }
  return writeOutput(ctx, text);
}

/** Whether its beginning would run out of a terminal, which also has the line of the next prompt. */
function isTall(text: string, { rows = 0, columns = 0 }: Pick<Output, 'rows' | 'columns'>): boolean {
  // Some pseudo-terminals report a size of 0.
  if (rows === 0) return false;
  const width = columns || Infinity;
  const heights = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => Math.max(1, Math.ceil(line.length / width)));
  return heights.reduce((sum, height) => sum + height, 0) > rows;
}

/** Writes rendered text as `emit` does. */
export async function writeOutput(ctx: Context, text: string): Promise<boolean> {
  if (text === '') return true;
  try {
    await ctx.stdout.write(text);
    return true;
  } catch (cause) {
    if (systemCode(cause) === 'EPIPE') return false;
    throw new FailedError('output', `cannot write to stdout: ${systemReason(cause)}`, { cause });
  }
}
