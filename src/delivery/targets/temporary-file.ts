import type { Stats } from 'node:fs';
import { lstat, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { attempt, refusal } from './system-call.ts';
import { TargetError, type TargetContext } from './target.ts';

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
export async function discardAfter(error: unknown, path: string): Promise<never> {
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
