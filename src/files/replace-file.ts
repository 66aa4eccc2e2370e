import { closeSync, fchmodSync, fchownSync, fdatasync, fstatSync, fsync, open, writeSync, type Stats } from 'node:fs';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { Context } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import { systemCode, systemReason } from './system-error.ts';

/** How a new file is made. */
export interface NewFile {
  /** The file whose owner, group and mode it gets; null, and the default, is a file of this user. */
  readonly like?: Pick<Stats, 'uid' | 'gid' | 'mode'> | null;
  /** Without `like`; default 0600. The umask takes its rights away, except those of 0600. */
  readonly mode?: number;
  /** Makes the random part of the temporary file's name. */
  readonly uuid?: () => string;
  /** Looks at the new file before anything is in it; by throwing it keeps it so, and removes it. */
  readonly inspect?: (path: string, file: number) => void;
  /** Puts the errors of each step into words. */
  readonly step?: WriteStep;
}

export type WriteStep = <Result>(
  step: 'write' | 'own' | 'replace' | 'flush',
  work: () => Promise<Result>,
) => Promise<Result>;

export interface Replacement extends NewFile {
  /** The last look before the new file takes the place of the old one; by throwing it keeps that. */
  readonly check?: () => Promise<void>;
  /** For Windows, where a file that is being read, by a virus scanner for one, cannot be replaced for a moment. */
  readonly retry?: Pick<Context, 'platform' | 'sleep'>;
  /** Makes the change of the folder durable. */
  readonly flushFolder?: (folder: string) => Promise<void>;
}

/**
 * Puts a file, on the disk, in the place of another or of none. A reader of `path`, in an existing folder, finds the old
 * file or the new one, never a part of it, also after a crash.
 * @throws the system's errors, or what `step` and `check` make of them; LeftoverError
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  options: Replacement = {},
): Promise<void> {
  const { check, retry, flushFolder, step = asIs } = options;
  const temporary = await writeTemporary(dirname(path), content, options);
  try {
    await check?.();
    await step('replace', () => renameOver(temporary, path, retry));
  } catch (error) {
    await discard(temporary, error);
  }
  if (flushFolder !== undefined) await step('flush', () => flushFolder(dirname(path)));
}

/** Writes and flushes a new file with a random name. @returns its path. @throws as `replaceFile`; nothing is left behind */
export async function writeTemporary(
  folder: string,
  content: string | Uint8Array,
  { like = null, mode = 0o600, uuid = () => crypto.randomUUID(), inspect, step = asIs }: NewFile = {},
): Promise<string> {
  const path = join(folder, `${prefix}${uuid()}${suffix}`);
  const file = await step('write', () => openFile(path, 'wx', mode));
  try {
    await step('write', async () => {
      try {
        inspect?.(path, file);
        writeAll(file, Buffer.from(content));
        if (like !== null) await step('own', async () => giveTo(file, like));
        // The umask may have taken rights of the owner.
        if (like !== null || mode === 0o600) fchmodSync(file, (like?.mode ?? mode) & 0o7777);
        await flushFile(file);
      } finally {
        closeSync(file);
      }
    });
  } catch (error) {
    await discard(path, error);
  }
  return path;
}

/** A failure that left a temporary file behind. */
export class LeftoverError extends Error {}

const prefix = '.sactl-';
const suffix = '.tmp';

/** No write takes as long: a temporary file of this age was left by a process that was killed. */
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

const pauseMs = 100;
const pausesOnWindows = 20;

async function renameOver(temporary: string, path: string, retry: Replacement['retry']): Promise<void> {
  for (let pauses = retry?.platform === 'win32' ? pausesOnWindows : 0; ; pauses -= 1) {
    try {
      await rename(temporary, path);
      return;
    } catch (error) {
      if (pauses === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '')) throw error;
    }
    await retry?.sleep(pauseMs);
  }
}

function giveTo(file: number, { uid, gid }: Pick<Stats, 'uid' | 'gid'>): void {
  const own = fstatSync(file);
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid);
}

/** Removes the temporary file because of `error`, and throws that. */
async function discard(temporary: string, error: unknown): Promise<never> {
  await rm(temporary, { force: true }).catch(() => {
    const reason = error instanceof InterruptedError ? 'it was interrupted' : systemReason(error);
    throw new LeftoverError(`${reason}; and the temporary file ${temporary} could not be removed`, { cause: error });
  });
  throw error;
}

function asIs<Result>(_step: string, work: () => Promise<Result>): Promise<Result> {
  return work();
}

// What changes a folder or waits for the disk is left to another thread. What the system does in its memory is done at once:
// to hand it over costs several times as much, which shows where hundreds of accounts are rotated.

/** Opens a file, and makes it where the flags say so. @returns its descriptor @throws the system's errors */
export const openFile: (path: string, flags: string | number, mode?: number) => Promise<number> = promisify(open);

/** Makes what was written, and the file itself, durable. @throws the system's errors */
export const flushFile: (file: number) => Promise<void> = promisify(fsync);

/** Makes what was written durable, for a file that is so already. @throws the system's errors */
export const flushData: (file: number) => Promise<void> = promisify(fdatasync);

/** One write, unless the system takes less than all of it. @param position null is after the last write @throws the system's errors */
export function writeAll(file: number, bytes: Uint8Array, position: number | null = null): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

/** Makes a new file with this content, not durably. @throws the system's errors */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await openFile(path, 'wx', 0o600);
  try {
    writeAll(file, bytes);
  } finally {
    closeSync(file);
  }
}
