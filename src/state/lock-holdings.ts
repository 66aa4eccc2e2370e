import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { CliError, FailedError } from '../errors.ts';
import { holderOf, isDead } from '../files/holder.ts';
import { fileLeaseMs, hasLapsed } from '../files/lease.ts';
import { lockText, readLock, removeLock, type FoundLock, type LockHolder } from '../files/lock.ts';
import { checkPrivateDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { asText, parseFields } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import { lockDirectory, lockPath, type AccountLockOptions } from './account-lock.ts';
import { keyIn, type HoldEnd, type Holding, type Holdings } from './holdings.ts';

export interface LockHoldingsOptions extends AccountLockOptions, Pick<Context, 'sleep'> {}

/** Who holds which accounts on this machine: its locks, which say no generation. Nothing is read yet. */
export function openLockHoldings(options: LockHoldingsOptions): Holdings {
  const { self, now, sleep } = options;
  const directory = lockDirectory(options.stateDirectory);

  async function list(): Promise<readonly Holding[]> {
    if (!(await checkPrivateDirectory(directory, options))) return [];
    const names = await readdir(directory);
    const found = names.flatMap((name) => /^([0-9a-f]{64})\.lock$/.exec(name)?.[1] ?? []).toSorted();
    const holdings = await Promise.all(found.map(read));
    return holdings.filter((holding) => holding !== null);
  }

  /** Null where it is gone by now, or is still being written. */
  async function read(account: string): Promise<Holding | null> {
    const lock = readLock(lockPath(directory, account));
    if (lock === null || lock.holder === null) return null;
    const { key, name, run } = parseFields(lock.text) ?? {};
    const { startedAt, ...holder } = lock.holder;
    const hold = {
      token: lock.identity,
      holder,
      run: asText(run),
      since: startedAt,
      leaseMs: fileLeaseMs,
      entry: null,
      end: await endOf(lock.holder, lock),
    };
    return { account, key: keyIn(key), name: asText(name), generation: null, hold };
  }

  async function endOf(holder: LockHolder, lock: FoundLock): Promise<HoldEnd> {
    const isGone = isDead(holder, self);
    if (isGone !== null) return isGone ? 'dead' : 'held';
    return (await hasLapsed(lock, join(directory, `.sactl-${randomUUID()}.tmp`))) ? 'lapsed' : 'held';
  }

  async function release({ account, hold }: Holding): Promise<boolean> {
    if (hold === null) return true;
    const path = lockPath(directory, account);
    const text = lockText({ ...holderOf(self), startedAt: new Date(now()).toISOString() }, randomUUID());
    // Others who are at it take milliseconds.
    const wait = { sleep, pauseMs: 50, pauses: 100 };
    return removeLock(
      { path, text, isStale: ({ holder }) => holder && isDead(holder, self), refusal: () => busy(path), wait },
      hold.token,
    );
  }

  return { list: () => orFail(directory, list()), release: (holding) => orFail(directory, release(holding)) };
}

function busy(path: string): FailedError {
  return new FailedError('lock', `another run is removing the lock ${quoted(path, 300)}`);
}

/** @throws FailedError (`lock`) for the system's errors */
async function orFail<Result>(directory: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new FailedError('lock', `cannot use the locks in ${quoted(directory, 300)}: ${systemReason(cause)}`, {
      cause,
    });
  }
}
