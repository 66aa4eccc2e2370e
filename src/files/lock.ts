import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { link } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import type { Context } from '../context.ts';
import { asText, parseFields } from '../model/account.ts';
import { FileRefusal, readSmallText } from './bounded-file.ts';
import { parseHolder, type Holder } from './holder.ts';
import { hasLapsed, type Renewing } from './lease.ts';
import { writeAll, writeNewFile } from './replace-file.ts';
import { noFollow } from './private-directory.ts';
import { removeFile, systemCode } from './system-error.ts';

/** A lock file and the terms on which it is taken. */
export interface LockRequest {
  /** Absolute; the folder exists. */
  readonly path: string;
  /** The content of the file: names its holder and differs for every lock ever made. */
  readonly text: string;
  /** Whether the holder of a lock is gone. Null is not known: then it is once the lock was not renewed for a lease. */
  readonly isStale: (found: FoundLock) => boolean | null;
  /** The error when the lock is not given up; null is a lock that kept changing hands. */
  readonly refusal: (found: FoundLock | null) => Error;
  /** Left out, a lock that another process holds is refused at once. */
  readonly wait?: LockWait;
  /** Renews the lock while it is held. Left out, it is held for much less than a lease. */
  readonly renewing?: Renewing;
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

export interface LockHolder extends Holder {
  /** ISO 8601; null where the lock does not say. */
  readonly startedAt: string | null;
}

/** Releases a lock. Never rejects: a lock that cannot be removed is stale once this process has ended. */
export type Release = () => Promise<void>;

/** No lock has more in it, in bytes. */
const largestLock = 4096;

/** How often a lock may vanish or go stale between two looks at it before the attempt is given up. */
const attempts = 10;

/** Takes a lock by creating its file. @throws what `refusal` makes of one that is not given up; the system's errors */
export async function takeLock({ wait = noWait, ...request }: LockRequest): Promise<Release> {
  const { path, text } = request;
  let seen: string | undefined;
  let pauses = 0;
  for (let attempt = 1; ; attempt += 1) {
    if (await create(path, text)) return held(request);
    const found = readLock(path);
    if (found?.text !== seen) pauses = 0;
    seen = found?.text;
    // What is there and cannot be found, as a link to nothing on Windows, is waited for, too.
    const isOver = pauses >= (found === null ? Math.max(wait.pauses, attempts) : wait.pauses);
    if (found !== null && ((await isAbandoned(request, found)) || (isOver && wait.takesOver === true))) {
      await removeStale({ ...request, wait }, found);
    } else if (isOver) {
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

/** A lock as the file of its own says it. @param about what else it says, where there is room for it */
export function lockText(holder: LockHolder, token: string, about: object = {}): string {
  const whole = `${JSON.stringify({ token, ...holder, ...about })}\n`;
  return Buffer.byteLength(whole) > largestLock ? `${JSON.stringify({ token, ...holder })}\n` : whole;
}

function held({ path, text, renewing }: Pick<LockRequest, 'path' | 'text' | 'renewing'>): Release {
  const end = renewing?.(async () => renew(path, text));
  return () => {
    end?.();
    return release(path, text);
  };
}

/** Writes the same once more: that sets the file's time by the clock of its folder. Leaves alone what is another's by now. */
function renew(path: string, text: string): void {
  const file = openSync(path, constants.O_RDWR | noFollow());
  try {
    const { size } = fstatSync(file);
    if (size !== Buffer.byteLength(text) || readFileSync(file, 'utf8') !== text) return;
    writeAll(file, Buffer.from(text), 0);
  } finally {
    closeSync(file);
  }
}

async function isAbandoned(
  { path, isStale }: Pick<LockRequest, 'path' | 'isStale'>,
  found: FoundLock,
): Promise<boolean> {
  return isStale(found) ?? (await hasLapsed(found, draftBeside(path)));
}

/** Whether the lock at `path` is the one with this text. @throws the system's errors */
export function holdsLock(path: string, text: string): boolean {
  try {
    return readSmallText(path, largestLock) === text;
  } catch (error) {
    if (error instanceof FileRefusal || systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function release(path: string, text: string): Promise<void> {
  try {
    if (readLock(path)?.text === text) await removeFile(path);
  } catch {
    // It is stale once this process has ended.
  }
}

/**
 * Creates the file, complete from the first moment, so that a holder that was killed can be told from one that is just
 * writing.
 * @returns false where there is one
 */
async function create(path: string, text: string): Promise<boolean> {
  const draft = draftBeside(path);
  try {
    await writeNewFile(draft, Buffer.from(text));
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

/** A name that targets sweep. */
function draftBeside(path: string): string {
  return join(dirname(path), `.sactl-${randomUUID()}.tmp`);
}

/** Codes of file systems without hard links. */
const unlinkable: ReadonlySet<string | null> = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await writeNewFile(path, Buffer.from(text));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  // A process that was halted while it wrote may have been taken for dead.
  return readLock(path)?.text === text;
}

/**
 * Removes a lock that was seen to be stale. Two processes that see it must not both act on it: the second would remove
 * the lock that the first has made by then. So a lock is removed under another one, named after it, and after a
 * second look; and that one, should its holder die, is removed in the same way.
 */
async function removeStale(request: LockRequest, stale: FoundLock): Promise<void> {
  await removeLock(request, stale.identity, ({ modifiedAt }) => modifiedAt === stale.modifiedAt);
}

/**
 * Removes the lock of this identity, whoever holds it.
 * @returns false where there is another one by now, or none. @throws what `refusal` makes of others who are at it; the system's errors
 */
export async function removeLock(
  request: LockRequest,
  identity: string,
  isMeant: (found: FoundLock) => boolean = () => true,
): Promise<boolean> {
  const { path } = request;
  const end = extname(path);
  const guard = `${path.slice(0, path.length - end.length)}.${identity}${end}`;
  return withLock({ ...request, path: guard }, async () => {
    const found = readLock(path);
    if (found?.identity !== identity || !isMeant(found)) return false;
    await removeFile(path);
    return true;
  });
}

/** The lock at `path`; null where there is none. @throws the system's errors */
export function readLock(path: string): FoundLock | null {
  try {
    const text = textOf(path);
    const { mtimeMs: modifiedAt, ino } = lstatSync(path);
    const holder = parse(text);
    return { text, holder, identity: holder?.token ?? `torn-${ino}-${Math.trunc(modifiedAt)}`, modifiedAt };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A link is no lock: it may lead to nothing, and then nothing could be made in its place either. */
function textOf(path: string): string {
  try {
    return readSmallText(path, largestLock, { follows: false });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw error;
    return '';
  }
}

/** Reads a lock's JSON, or `<pid> <host> <token>`, which an older version wrote beside `.env` files. */
function parse(text: string): (LockHolder & { readonly token: string }) | null {
  const [, ofProcess, ofHost, ofLock] = /^(\d+) (\S+) (\S+)$/.exec(text) ?? [];
  const fields = parseFields(text) ?? { pid: Number(ofProcess), host: ofHost, startedAt: null, token: ofLock };
  const holder = parseHolder(fields);
  const token = asText(fields['token']);
  if (holder === null || token === null || !/^[A-Za-z0-9-]{1,64}$/.test(token)) return null;
  return { startedAt: asText(fields['startedAt']), token, ...holder };
}
