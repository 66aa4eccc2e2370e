import type { Stats } from 'node:fs';
import { lstat, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemCode } from '../../files/system-error.ts';
import { isSameFile, regularFileAt } from './regular-file.ts';
import { attempt, refusal } from './system-call.ts';
import { TargetError, type SharedFiles, type TargetContext } from './target.ts';

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

const prefix = '.sactl-';
const suffix = '.tmp';

export interface TemporaryFile {
  /** An existing folder. */
  readonly folder: string;
  readonly content: string | Uint8Array;
  /** The file whose owner, group and mode it gets; null is 0600. */
  readonly like: Stats | null;
  readonly ctx: Pick<TargetContext, 'uuid'>;
}

/**
 * Writes and flushes a new file of a random name.
 * @returns its path
 * @throws TargetError; nothing is left behind
 */
export async function writeTemporary(options: TemporaryFile): Promise<string> {
  const { folder, ctx } = options;
  const path = join(folder, `${prefix}${ctx.uuid()}${suffix}`);
  const problem = `nothing can be written in ${folder}`;
  const file = await attempt(problem, () => open(path, 'wx', 0o600));
  try {
    await attempt(problem, () => fill(file, options));
  } catch (error) {
    return await discardAfter(error, path);
  }
  return path;
}

/**
 * Removes a temporary file because of `error`, and throws that.
 * @throws TargetError that names the file, when it stays
 */
async function discardAfter(error: unknown, path: string): Promise<never> {
  try {
    await rm(path, { force: true });
  } catch {
    const reason = error instanceof TargetError ? error.message : 'it was interrupted';
    throw refusal(`${reason}; and the temporary file ${path} could not be removed`);
  }
  throw error;
}

async function fill(file: FileHandle, { content, like }: TemporaryFile): Promise<void> {
  try {
    await file.writeFile(content);
    if (like !== null) await giveTo(file, like);
    // Also for a new file: the umask may have taken rights of its owner.
    await file.chmod(like === null ? 0o600 : like.mode & 0o7777);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function giveTo(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid === uid && own.gid === gid) return;
  await attempt(`the file belongs to user ${uid} and group ${gid}, and a new one cannot`, () => file.chown(uid, gid));
}

/** No delivery takes as long: a temporary file of this age was left by a process that was killed. */
const oldestMs = 10 * 60 * 1000;

/** Removes such files, which hold credentials; `now` is a moment on the clock of the file system. Never rejects. */
export async function sweepTemporaries(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found?.isFile() && now - found.mtimeMs > oldestMs) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}
