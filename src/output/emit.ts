import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import type { OutputDocument } from './document.ts';
import type { Renderer } from './renderer.ts';

/**
 * Renders and writes to stdout. Returns true when the operating system took all of it, false when the reader has gone
 * (`EPIPE`), which is no error where nothing was changed.
 * @throws FailedError `output` when stdout cannot be written to, and whatever `render` throws
 */
export async function emit(ctx: Context, renderer: Renderer, document: OutputDocument): Promise<boolean> {
  const text = await renderer.render(document);
  return text === '' || writeOutput(ctx, text);
}

/** Writes rendered text as `emit` does. */
export async function writeOutput(ctx: Context, text: string): Promise<boolean> {
  try {
    await ctx.stdout.write(text);
    return true;
  } catch (cause) {
    // Loaded here, because every run writes and few fail.
    const { systemCode, systemReason } = await import('../files/system-error.ts');
    if (systemCode(cause) === 'EPIPE') return false;
    throw new FailedError('output', `cannot write to stdout: ${systemReason(cause)}`, { cause });
  }
}
