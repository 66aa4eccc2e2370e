import { randomUUID } from 'node:crypto';
import { link, lstat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import type { Context, ProcessIdentity } from '../context.ts';
import { asText, parseFields } from '../model/account.ts';
import { readBoundedText } from './bounded-file.ts';
import { removeFile, systemCode } from './system-error.ts';

/** A lock file and the terms on which it is taken. */
export interface LockRequest {
  /** Absolute; the folder exists. */
  readonly path: string;
  /** The content of the file: names its holder and differs for every lock ever made. */
  readonly text: string;
  /** Whether the holder of a lock is known to be gone. */
  readonly isStale: (found: FoundLock) => boolean;
  /** The error when the lock is not given up; null is a lock that kept changing hands. */
  readonly refusal: (found: FoundLock | null) => Error;
  /** Left out, a lock that another process holds is refused at once. */
  readonly wait?: LockWait;
}

export interface LockWait {
  readonly sleep: Context['sleep'];
  readonly pauseMs: number;
  /** How many pauses a lock may stay in the same hands. */
  readonly pauses: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
  /** Whether a lock that stays that long is taken over instead of refused. */
  readonly takesOver?: boolean;
}

/** A lock file as it was read. */
export interface FoundLock {
  /** Empty where nothing can be read, e.g. of a folder. */
  readonly text: string;
  /** Null while the text is not complete, and for files that are no locks. */
  readonly holder: LockHolder | null;
  /** Tells this file from all that ever had its path; may be part of a file's name. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface LockHolder extends Pick<ProcessIdentity, 'pid' | 'host'> {
  /** ISO 8601; null where the lock does not say. */
  readonly startedAt: string | null;
}

/** Releases a lock. Never rejects: a lock that cannot be removed is stale once this process has ended. */
export type Release = () => Promise<void>;

/** How often a lock may vanish or go stale between two looks at it before the attempt is given up. */
const attempts = 10;

/** Takes a lock by creating its file. @throws what `refusal` makes of one that is not given up; the system's errors */
export async function takeLock({ wait = noWait, ...request }: LockRequest): Promise<Release> {
  const { path, text } = request;
  let seen: string | undefined;
  let pauses = 0;
  for (let attempt = 1; ; attempt += 1) {
    if (await create(path, text)) return () => release(path, text);
    const found = await readLock(path);
    if (found?.text !== seen) pauses = 0;
    seen = found?.text;
    const isOver = pauses >= wait.pauses;
    if (found !== null && (request.isStale(found) || (isOver && wait.takesOver === true))) {
      await removeStale({ ...request, wait }, found);
    } else if (found !== null && isOver) {
      throw request.refusal(found);
    } else {
      pauses += 1;
      await wait.sleep(wait.pauseMs, wait.signal);
    }
    if (wait === noWait && attempt === attempts) throw request.refusal(null);
  }
}

const noWait: LockWait = { sleep: () => Promise.resolve(), pauseMs: 0, pauses: 0 };

/** Runs `work` while holding the lock. @throws as `takeLock` and `work` do */
export async function withLock<Result>(request: LockRequest, work: () => Promise<Result>): Promise<Result> {
  const done = await takeLock(request);
  try {
    return await work();
  } finally {
    await done();
  }
}

/** Whether the holder was a process of this machine that has ended. */
export function isDeadHolder({ pid, host }: LockHolder, self: ProcessIdentity): boolean {
  return host === self.host && !self.isRunning(pid);
}

async function release(path: string, text: string): Promise<void> {
  const found = await readLock(path).catch(() => null);
  if (found?.text === text) await removeFile(path).catch(() => undefined);
}

/**
 * Creates the file, complete from the first moment, so that a holder that was killed can be told from one that is just
 * writing. The name of the draft is one that targets sweep.
 * @returns false where there is one
 */
async function create(path: string, text: string): Promise<boolean> {
  const draft = join(dirname(path), `.sactl-${randomUUID()}.tmp`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!unlinkable.has(systemCode(error))) throw error;
    return await createInPlace(path, text);
  } finally {
    await removeFile(draft).catch(() => undefined);
  }
}

/** Codes of file systems without hard links. */
const unlinkable: ReadonlySet<string | null> = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  // A process that was halted while it wrote may have been taken for dead.
  return (await readLock(path))?.text === text;
}

/**
 * Removes a lock that was seen to be stale. Two processes that see it must not both act on it: the second would remove
 * the lock that the first has made by then. So a lock is removed under another one, named after it, and after a
 * second look; and that one, should its holder die, is removed in the same way.
 */
async function removeStale(request: LockRequest, stale: FoundLock): Promise<void> {
  const { path } = request;
  const end = extname(path);
  const guard = `${path.slice(0, path.length - end.length)}.${stale.identity}${end}`;
  await withLock({ ...request, path: guard }, async () => {
    const found = await readLock(path);
    if (found?.identity === stale.identity) await removeFile(path);
  });
}

/** More than any lock has in it, in bytes. */
const largestLock = 4096;

/** The lock at `path`; null where there is none. */
async function readLock(path: string): Promise<FoundLock | null> {
  try {
    const text = await readBoundedText(path, largestLock).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') throw error;
      return '';
    });
    const { mtimeMs: modifiedAt, ino } = await lstat(path);
    const holder = parse(text);
    return { text, holder, identity: holder?.token ?? `torn-${ino}-${Math.trunc(modifiedAt)}`, modifiedAt };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Reads a lock's JSON, or `<pid> <host> <token>`, which stands beside `.env` files. */
function parse(text: string): (LockHolder & { readonly token: string }) | null {
  const [, ofProcess, ofHost, ofLock] = /^(\d+) (\S+) (\S+)$/.exec(text) ?? [];
  const fields = parseFields(text) ?? { pid: Number(ofProcess), host: ofHost, startedAt: null, token: ofLock };
  const { pid } = fields;
  const host = asText(fields['host']);
  const startedAt = asText(fields['startedAt']);
  const token = asText(fields['token']);
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || host === null || token === null) return null;
  return /^[A-Za-z0-9-]{1,64}$/.test(token) ? { pid, host, startedAt, token } : null;
}
