import { hash, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Context, ProcessIdentity } from '../context.ts';
import { CliError, ConflictError, FailedError } from '../errors.ts';
import { onceDone } from '../files/coalesce.ts';
import { holderOf, holderEnd, isDead, nameOfHolder } from '../files/holder.ts';
import { createRenewals } from '../files/lease.ts';
import { holdsLock, lockText, takeLock, type FoundLock, type LockWait, type Release } from '../files/lock.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { asText, parseFields, wholeSeconds } from '../model/account.ts';
import { quoted, safeText } from '../model/text.ts';
import type { EntryConnection } from './record.ts';

/** Locks that keep two runs from changing the same account at once. */
export interface AccountLocks {
  /**
   * Takes the lock of an account, or fails at once unless `wait` is given. A lock whose process is dead is taken over, and
   * one that was not renewed for a lease where that cannot be known.
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
  /** Id of the journal entry that is about to be worked on: whoever takes the account over has to see it. */
  readonly entry?: string;
}

export interface AccountLock {
  readonly release: Release;
  /** Whether this run holds it still; a lock in a store is renewed. Null where that cannot be known. Never rejects. */
  readonly renew: () => Promise<boolean | null>;
  /** After it was taken over: who has it, e.g. `process 900 on runner-7`; null where that is not known, or nobody has it. */
  readonly takenBy?: () => string | null;
}

export interface AccountLockOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self' | 'timeout'> {
  /** The locks are in its folder `locks`. */
  readonly stateDirectory: string;
  /** The page of the CI run that this process is part of. Default: none. */
  readonly run?: string | null;
}

/** The folder of the locks, e.g. `~/.local/state/sactl/locks`. */
export function lockDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'locks');
}

/** The lock of an account, given by its digest, is there, or would be. */
export function lockPath(directory: string, account: string): string {
  return join(directory, `${account}.lock`);
}

/** A lock is not looked at again within this time. */
const freshMs = 2000;

/** Touches nothing yet. There is to be one per process: it knows which locks this process holds. */
export function openAccountLocks(options: AccountLockOptions): AccountLocks {
  const { self, now, timeout, run = null } = options;
  const directory = lockDirectory(options.stateDirectory);
  const mine = new Set<string>();
  const renewing = createRenewals({ timeout });
  const makeFolder = onceDone(() => makePrivateDirectory(directory, options));

  function isStale({ holder, identity }: FoundLock): boolean | null {
    if (mine.has(identity)) return false;
    const isGone = holder === null ? null : isDead(holder, self);
    // An earlier process had our number, where the system does not tell when that one started.
    return isGone === false && holder?.pid === self.pid ? true : isGone;
  }

  return {
    lock: async ({ key, name }, wait) => {
      await makeFolder();
      const path = lockPath(directory, digestOf(key));
      const token = randomUUID();
      const startedAt = new Date(now()).toISOString();
      const text = lockText({ startedAt, ...holderOf(self) }, token, { key, name, run });
      let knownAt = now();
      mine.add(token);
      try {
        const release = await takeLock({
          path,
          text,
          isStale,
          refusal: (found) => locked(safeText(name), { path, found, self }),
          renewing,
          ...(wait && { wait }),
        });
        return {
          release: () => release().finally(() => mine.delete(token)),
          renew: async () => {
            if (now() - knownAt <= freshMs) return true;
            const isHeld = seesLock(path, text);
            if (isHeld === true) knownAt = now();
            return isHeld;
          },
        };
      } catch (cause) {
        mine.delete(token);
        if (cause instanceof CliError) throw cause;
        throw new FailedError('lock', `cannot use the lock ${quoted(path, 300)}: ${systemReason(cause)}`, { cause });
      }
    },
  };
}

/** Whether the lock is still this one; null where it cannot be read. */
function seesLock(path: string, text: string): boolean | null {
  try {
    return holdsLock(path, text);
  } catch {
    return null;
  }
}

interface Refused {
  readonly path: string;
  readonly found: FoundLock | null;
  readonly self: ProcessIdentity;
}

function locked(name: string, { path, found, self }: Refused): ConflictError {
  if (found === null) return new ConflictError('locked', `other runs are competing for ${name}`, { retryable: true });
  const { holder } = found;
  const hint = {
    seen: 'wait for it to end',
    lease: 'wait for it to end; if it is gone, its lock ends by itself after 2 minutes',
    'by hand': `wait for it to end; if it is gone, remove ${quoted(path, 300)}`,
  }[holder === null ? 'lease' : holderEnd(holder, self)];
  if (holder === null) {
    return new ConflictError('locked', `${name} is being locked by another run`, { hint, retryable: true });
  }
  const since = `since ${wholeSeconds(holder.startedAt) ?? 'an unknown time'}`;
  const who = nameOfHolder(holder, asText(parseFields(found.text)?.['run']));
  return new ConflictError('locked', `${name} is locked by ${who} ${since}`, { hint, retryable: true });
}

/** What tells an account from all others of all connections: of one that is being created, its name. */
export function accountKey(
  { provider, endpoint, organization }: Pick<EntryConnection, 'provider' | 'endpoint' | 'organization'>,
  { id, name }: { readonly id: string | null; readonly name: string },
): readonly string[] {
  return [provider, endpoint, organization ?? '', id ?? `name:${name}`];
}

/**
 * A key as a name for a file or an object: every part with its length, so that no two keys are the same text. The organization
 * does not count beside an id, which belongs to one: not everything that names the account names that, too.
 */
export function digestOf(key: readonly string[]): string {
  const [provider = '', endpoint = '', , id = 'name:'] = key;
  const parts = id.startsWith('name:') ? key : [provider, endpoint, '', id];
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''));
}
