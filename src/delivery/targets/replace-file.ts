import type { Stats } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';

import { systemCode } from '../../files/system-error.ts';
import { isSameFile, regularFileAt } from './regular-file.ts';
import { attempt } from './system-call.ts';
import { TargetError, type SharedFiles, type TargetContext } from './target.ts';
import { discardAfter, writeTemporary } from './temporary-file.ts';

export interface Replacement {
  /** In a folder that exists. */
  readonly path: string;
  /** What `regularFileAt` said of it before its content was made. */
  readonly current: Stats | null;
  readonly content: string | Uint8Array;
  readonly ctx: Pick<TargetContext, 'uuid' | 'sleep' | 'platform'>;
  readonly flushFolder: SharedFiles['flushFolder'];
  readonly signal: AbortSignal;
}

/**
 * Puts a file in the place of another, which keeps its owner, group and mode, or of none; then it is 0600. Whoever reads
 * the path finds the old file or the new one, never a part of it, also after a crash.
 * @throws TargetError, also when the file is no longer what `current` says; the signal's reason when it was aborted
 */
export async function replaceFile(replacement: Replacement): Promise<void> {
  const { path, current, content, ctx, flushFolder, signal } = replacement;
  const folder = dirname(path);
  signal.throwIfAborted();
  const temporary = await writeTemporary({ folder, content, like: current, ctx });
  try {
    signal.throwIfAborted();
    if (!isSameFile(current, await regularFileAt(path))) {
      throw new TargetError('another program changed it meanwhile', { isRetryable: true });
    }
    await attempt(`${path} cannot be replaced`, () => renamePatiently(temporary, replacement));
  } catch (error) {
    await discardAfter(error, temporary);
  }
  await attempt(`${folder} cannot be flushed to disk`, () => flushFolder(folder));
}

const pauseMs = 100;
const pausesOnWindows = 20;

/** On Windows a file that someone reads, a virus scanner for one, cannot be replaced for a moment. */
async function renamePatiently(temporary: string, { path, ctx }: Replacement): Promise<void> {
  let pauses = ctx.platform === 'win32' ? pausesOnWindows : 0;
  for (;;) {
    try {
      await rename(temporary, path);
      return;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (pauses === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
    }
    pauses -= 1;
    await ctx.sleep(pauseMs);
  }
}
