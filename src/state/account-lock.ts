import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { CliError, ConflictError, FailedError } from '../errors.ts';
import { onceDone } from '../files/coalesce.ts';
import { isDeadHolder, takeLock, type FoundLock, type LockWait, type Release } from '../files/lock.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { quoted, safeText } from '../model/text.ts';

/** Locks that keep two runs from changing the same account at once. */
export interface AccountLocks {
  /**
   * Takes the lock of an account, or fails at once unless `wait` is given. A lock whose process is dead is taken over.
   * @throws ConflictError (`locked`) naming the holder; UsageError when the folder is not to be trusted; FailedError
   * (`lock`) when it cannot be written
   */
  readonly lock: (account: LockedAccount, wait?: LockWait) => Promise<AccountLock>;
}

export interface LockedAccount {
  /** What tells the account from all others, e.g. provider, endpoint, organization and id. */
  readonly key: readonly string[];
  /** For messages, e.g. `nscale service account ci-deploy`. */
  readonly name: string;
}

export interface AccountLock {
  readonly release: Release;
}

export interface AccountLockOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self'> {
  /** The locks are in its folder `locks`. */
  readonly stateDirectory: string;
}

/** A lock is written as a whole; where the system cannot do that, within this time. */
const writingMs = 10_000;

/** Touches nothing yet. There is to be one per process: it knows which locks this process holds. */
export function openAccountLocks(options: AccountLockOptions): AccountLocks {
  const { self, now } = options;
  const directory = join(options.stateDirectory, 'locks');
  const mine = new Set<string>();
  const makeFolder = onceDone(() => makePrivateDirectory(directory, options));

  function isStale({ holder, identity, modifiedAt }: FoundLock): boolean {
    if (holder === null) return now() - modifiedAt > writingMs;
    // Containers give the same process number again and again.
    const isOurNumber = holder.host === self.host && holder.pid === self.pid;
    return isOurNumber ? !mine.has(identity) : isDeadHolder(holder, self);
  }

  return {
    lock: async ({ key, name }, wait) => {
      await makeFolder();
      const path = join(directory, `${digest(key)}.lock`);
      const token = randomUUID();
      const holder = { pid: self.pid, host: self.host, startedAt: new Date(now()).toISOString(), token };
      mine.add(token);
      try {
        const release = await takeLock({
          path,
          text: `${JSON.stringify(holder)}\n`,
          isStale,
          refusal: (found) => locked(safeText(name), path, found),
          ...(wait && { wait }),
        });
        return { release: () => release().finally(() => mine.delete(token)) };
      } catch (cause) {
        mine.delete(token);
        if (cause instanceof CliError) throw cause;
        throw new FailedError('lock', `cannot use the lock ${quoted(path, 300)}: ${systemReason(cause)}`, { cause });
      }
    },
  };
}

function locked(name: string, path: string, found: FoundLock | null): ConflictError {
  if (found === null) return new ConflictError('locked', `other runs are after ${name}`, { retryable: true });
  const { holder } = found;
  if (holder === null) {
    return new ConflictError('locked', `${name} is being locked by another run`, { retryable: true });
  }
  const since = `since ${safeText(holder.startedAt ?? 'an unknown time', 40)}`;
  return new ConflictError(
    'locked',
    `${name} is locked by process ${holder.pid} on ${safeText(holder.host, 100)} ${since}`,
    { hint: `wait for it to end; if it is gone, remove ${quoted(path, 300)}`, retryable: true },
  );
}

/** Every part with its length, so that no two keys are the same text. */
function digest(key: readonly string[]): string {
  const text = key.map((part) => `${part.length}:${part}`).join('');
  return createHash('sha256').update(text).digest('hex');
}
