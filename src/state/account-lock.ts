import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { ConflictError } from '../errors.ts';
import { onceDone } from '../files/coalesce.ts';
import { quoted, safeText } from '../model/text.ts';
import { createLock, type Holder, type Lock, readLock, removeLock } from './lock-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';

/** Locks that keep two runs from changing the same account at once. */
export interface AccountLocks {
  /**
   * Takes the lock of an account, or fails at once. A lock whose process is dead is taken over.
   * @throws ConflictError (`locked`) saying who holds it; UsageError when the folder is not to be trusted; FailedError
   * (`lock`) when it cannot be written
   */
  readonly lock: (account: LockedAccount) => Promise<AccountLock>;
}

export interface LockedAccount {
  /** What tells the account from all others, e.g. provider, endpoint, organization and id. */
  readonly key: readonly string[];
  /** What people call it, e.g. `nscale service account ci-deploy`. */
  readonly name: string;
}

export interface AccountLock {
  /** Never rejects: a lock that cannot be removed is taken over once this process has ended. */
  readonly release: () => Promise<void>;
}

export interface AccountLockOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self'> {
  /** The locks are in its folder `locks`. */
  readonly stateDirectory: string;
}

interface State extends AccountLockOptions {
  readonly directory: string;
  /** Tokens of locks that this process has, or is about to have. */
  readonly mine: Set<string>;
}

/** A lock that one process wants. */
interface Wanted {
  readonly account: LockedAccount;
  readonly path: string;
}

/** How often a lock may vanish or go stale before our eyes. */
const attempts = 10;

/** Whoever makes a lock writes into it at once. */
const writingMs = 10_000;

/** Touches nothing yet. There is to be one per process: it knows which locks this process holds. */
export function openAccountLocks(options: AccountLockOptions): AccountLocks {
  const directory = join(options.stateDirectory, 'locks');
  const state = { ...options, directory, mine: new Set<string>() };
  const makeFolder = onceDone(() => makePrivateDirectory(directory, state));
  return {
    lock: async (account) => {
      await makeFolder();
      return acquire(state, { account, path: join(directory, `${digest(account.key)}.lock`) });
    },
  };
}

async function acquire(state: State, wanted: Wanted): Promise<AccountLock> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const lock = await take(state, wanted.path);
    if (lock !== null) return lock;
    const found = await readLock(wanted.path);
    if (found === null) continue;
    if (!isStale(found, state)) throw held(found, wanted);
    await removeStale(state, wanted, found);
  }
  throw new ConflictError('locked', `other runs are after ${safeText(wanted.account.name)}`, {
    retryable: true,
  });
}

/** Makes the lock; null when there is one. */
async function take({ self, now, mine }: State, path: string): Promise<AccountLock | null> {
  const token = randomUUID();
  const startedAt = new Date(now()).toISOString();
  async function release(): Promise<void> {
    const found = await readLock(path).catch(() => null);
    if (found?.identity === token) await removeLock(path).catch(() => undefined);
    mine.delete(token);
  }

  mine.add(token);
  try {
    if (await createLock(path, { pid: self.pid, host: self.host, startedAt, token })) {
      return { release };
    }
  } catch (error) {
    await release();
    throw error;
  }
  mine.delete(token);
  return null;
}

/**
 * Removes a lock that was seen to be stale. Two runs that see it must not both act on it: the second one would remove
 * the lock that the first has made by then. So whoever removes a lock holds another, named after the one to be removed,
 * and looks again; and that one, should its holder die, is removed in the same way.
 */
async function removeStale(state: State, { account, path }: Wanted, seen: Lock): Promise<void> {
  const guardPath = join(state.directory, `${digest(account.key)}.${seen.identity}.lock`);
  const guard = await acquire(state, { account, path: guardPath });
  try {
    const found = await readLock(path);
    if (found?.identity === seen.identity) await removeLock(path);
  } finally {
    await guard.release();
  }
}

function isStale(found: Lock, { self, now, mine }: State): boolean {
  const { holder, identity } = found;
  if (holder === null) return now() - found.modifiedAt > writingMs;
  if (holder.host !== self.host) return false;
  return holder.pid === self.pid ? !mine.has(identity) : !self.isRunning(holder.pid);
}

function held({ holder }: Lock, { account, path }: Wanted): ConflictError {
  const what = safeText(account.name);
  if (holder === null) {
    return new ConflictError('locked', `${what} is being locked by another run`, {
      retryable: true,
    });
  }
  return new ConflictError('locked', `${what} is locked by ${who(holder)}`, {
    hint: `wait for it to end; if it is gone, remove ${quoted(path, 300)}`,
    retryable: true,
  });
}

function who({ pid, host, startedAt }: Holder): string {
  return `process ${String(pid)} on ${safeText(host, 100)} since ${safeText(startedAt, 40)}`;
}

/** Every part with its length, so that no two keys are the same text. */
function digest(key: readonly string[]): string {
  const text = key.map((part) => `${String(part.length)}:${part}`).join('');
  return createHash('sha256').update(text).digest('hex');
}
