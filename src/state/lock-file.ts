import { link, open, writeFile, type FileHandle } from 'node:fs/promises';

import { FailedError } from '../errors.ts';
import { removeFile, systemCode, systemReason } from '../files/system-error.ts';
import { asText, parseFields } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import { processName, type ProcessName } from './intent.ts';

/** Who holds a lock. */
export interface Holder extends ProcessName {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Differs for every lock ever made. */
  readonly token: string;
}

/** A lock that is there. `identity` tells this file from all others that ever had its name, in characters that are good in one. */
export type Lock =
  | { readonly holder: Holder; readonly identity: string; readonly modifiedAt: null }
  /** Nothing was written into it yet, or not all; `modifiedAt` is milliseconds since the epoch. */
  | { readonly holder: null; readonly identity: string; readonly modifiedAt: number };

/**
 * Makes a lock that must not be there yet. It has its holder's name in it from the first moment, so that one whose
 * process is killed can be told from one that is just being made.
 * @returns whether it was made, and is still there
 * @throws FailedError (`lock`)
 */
export async function createLock(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`;
  try {
    await writeFile(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    await link(draft, path);
    // Nobody takes the lock of a process that is there for a stale one.
    return true;
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false;
    if (!unlinkable.has(systemCode(cause))) throw lockError(path, cause);
    return await createInPlace(path, holder);
  } finally {
    await removeFile(draft).catch(() => undefined);
  }
}

/** Codes of file systems without hard links. */
const unlinkable: ReadonlySet<string | null> = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

async function createInPlace(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false;
    throw lockError(path, cause);
  }
  // A process that was halted while it wrote may have been taken for dead.
  return (await readLock(path))?.identity === holder.token;
}

/** The lock of that name; null when there is none. @throws FailedError (`lock`) */
export async function readLock(path: string): Promise<Lock | null> {
  try {
    const file = await open(path);
    try {
      const holder = parseHolder(await readHead(file));
      if (holder !== null) return { holder, identity: holder.token, modifiedAt: null };
      const { mtimeMs: modifiedAt, ino } = await file.stat();
      const identity = `torn-${String(ino)}-${String(Math.trunc(modifiedAt))}`;
      return { holder, identity, modifiedAt };
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null;
    throw lockError(path, cause);
  }
}

/** More than any lock has in it. */
const largestLock = 4096;

async function readHead(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(largestLock), 0, largestLock, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** Removes the lock of that name, if there is one. @throws FailedError (`lock`) */
export async function removeLock(path: string): Promise<void> {
  try {
    await removeFile(path);
  } catch (cause) {
    throw lockError(path, cause);
  }
}

function lockError(path: string, cause: unknown): FailedError {
  return new FailedError('lock', `cannot use the lock ${quoted(path, 300)}: ${systemReason(cause)}`, {
    cause,
  });
}

function parseHolder(json: string): Holder | null {
  const fields = parseFields(json) ?? {};
  const name = processName(fields);
  const startedAt = asText(fields['startedAt']);
  const token = asText(fields['token']);
  if (name === null || startedAt === null || token === null) return null;
  return /^[A-Za-z0-9-]{1,64}$/.test(token) ? { ...name, startedAt, token } : null;
}
