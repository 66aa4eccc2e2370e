import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ConflictError, FailedError, UsageError } from '../../src/errors.ts';
import {
  openAccountLocks,
  type AccountLock,
  type AccountLockOptions,
  type AccountLocks,
} from '../../src/state/account-lock.ts';
import { endless, testNow } from '../harness/context.ts';
import { host, processOf, temporaryDirectories } from './workspace.ts';

const temporary = temporaryDirectories();
const account = { key: ['nscale', 'https://a.example', 'org', 'sa-1'], name: 'ci-deploy' };

function locksIn(stateDirectory: string, options: Partial<AccountLockOptions> = {}): AccountLocks {
  return openAccountLocks({
    stateDirectory,
    now: () => testNow,
    platform: process.platform,
    userId: process.getuid?.() ?? null,
    self: processOf(100),
    timeout: endless,
    ...options,
  });
}

/** Leaves the lock of a process that is not there any more. */
async function staleLock(directory: string, pid = 900): Promise<string> {
  await locksIn(directory, { self: processOf(pid) }).lock(account);
  return lockPath(directory);
}

async function lockPath(directory: string): Promise<string> {
  const [name = ''] = await readdir(join(directory, 'locks'));
  return join(directory, 'locks', name);
}

/** Sets a file's time so many seconds back. */
async function age(path: string, seconds: number): Promise<void> {
  const time = Date.now() / 1000 - seconds;
  await utimes(path, time, time);
}

function isLock(result: PromiseSettledResult<AccountLock>): boolean {
  return result.status === 'fulfilled';
}

describe('a lock', () => {
  it('is known to be held for two seconds, and looked at then', async () => {
    const directory = await temporary();
    let now = testNow;
    const lock = await locksIn(directory, { now: () => now }).lock(account);
    now += 2001;
    expect(await lock.renew()).toBe(true);
    await writeFile(await lockPath(directory), 'of another run');
    now += 2000;
    expect(await lock.renew()).toBe(true);
    now += 1;
    expect(await lock.renew()).toBe(false);
  });

  it('that cannot be read is not taken for one of another run', async () => {
    const directory = await temporary();
    let now = testNow;
    const lock = await locksIn(directory, { now: () => now }).lock(account);
    const path = await lockPath(directory);
    now += 2001;
    await unlink(path);
    // ELOOP, as it could be EMFILE or EIO.
    await symlink(path, path);
    expect(await lock.renew()).toBeNull();
    await unlink(path);
    expect(await lock.renew()).toBe(false);
  });

  it('leaves nothing behind when it is released', async () => {
    const directory = await temporary();
    const lock = await locksIn(directory).lock(account);
    await lock.release();
    await lock.release();
    expect(await readdir(join(directory, 'locks'))).toEqual([]);
  });

  it('keeps out a living process, and says who holds it', async () => {
    const directory = await temporary();
    await staleLock(directory, 900);
    const locked = locksIn(directory, { self: processOf(100, [900]) }).lock(account);
    await expect(locked).rejects.toThrow(ConflictError);
    await expect(locked).rejects.toMatchObject({
      code: 'locked',
      message: `ci-deploy is locked by process 900 on ${host} since 2026-11-22T12:00:00Z`,
      hint: expect.stringContaining(await lockPath(directory)),
    });
  });

  it('keeps out this very process', async () => {
    const locks = locksIn(await temporary());
    const lock = await locks.lock(account);
    await expect(locks.lock(account)).rejects.toThrow('locked by process 100');
    await lock.release();
    await locks.lock(account);
  });

  it('is of one account only', async () => {
    const locks = locksIn(await temporary());
    await locks.lock({ key: ['a', 'bc'], name: 'one' });
    await locks.lock({ key: ['ab', 'c'], name: 'another' });
    await expect(locks.lock({ key: ['a', 'bc'], name: 'one' })).rejects.toThrow(ConflictError);
  });

  it.runIf(process.platform !== 'win32')('is for its owner only', async () => {
    const directory = await temporary();
    await locksIn(directory).lock(account);
    expect((await stat(await lockPath(directory))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'locks'))).mode & 0o777).toBe(0o700);
  });

  it('does not give away another one when it is released', async () => {
    const directory = await temporary();
    const lock = await locksIn(directory, { self: processOf(900) }).lock(account);
    await locksIn(directory).lock(account);
    const taken = await readFile(await lockPath(directory), 'utf8');
    await lock.release();
    expect(await readFile(await lockPath(directory), 'utf8')).toBe(taken);
  });

  it('needs a folder to be trusted', async () => {
    const directory = await temporary();
    await writeFile(join(directory, 'locks'), '');
    await expect(locksIn(directory).lock(account)).rejects.toThrow(UsageError);
  });

  it.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)(
    'that cannot be written is a failure, not a conflict',
    async () => {
      const directory = await temporary();
      await mkdir(join(directory, 'locks'));
      await chmod(join(directory, 'locks'), 0o500);
      await expect(locksIn(directory).lock(account)).rejects.toThrow(FailedError);
      await chmod(join(directory, 'locks'), 0o700);
    },
  );
});

describe('a lock left behind', () => {
  it.each([
    { whose: 'a dead process', self: processOf(100) },
    { whose: 'an earlier process of our number', self: processOf(900) },
  ])('by $whose is taken over', async ({ self }) => {
    const directory = await temporary();
    await staleLock(directory);
    const lock = await locksIn(directory, { self }).lock(account);
    expect(await readdir(join(directory, 'locks'))).toHaveLength(1);
    await lock.release();
    expect(await readdir(join(directory, 'locks'))).toEqual([]);
  });

  it('by another machine stays for a lease', async () => {
    const directory = await temporary();
    const path = await staleLock(directory);
    const locks = locksIn(directory, { self: { ...processOf(100), host: 'else' } });
    await age(path, 90);
    await expect(locks.lock(account)).rejects.toMatchObject({
      message: `ci-deploy is locked by process 900 on ${host} since 2026-11-22T12:00:00Z`,
      hint: 'wait for it to end; if it is gone, its lock ends by itself after 2 minutes',
    });
    await age(path, 121);
    await locks.lock(account);
    expect(await readdir(join(directory, 'locks'))).toHaveLength(1);
  });

  it.each([
    { seconds: 90, content: '', taken: false },
    { seconds: 121, content: '', taken: true },
    { seconds: 90, content: '{"pid":1,"ho', taken: false },
    { seconds: 121, content: '{"pid":1,"ho', taken: true },
    { seconds: 121, content: '{"pid":1,"host":"h","startedAt":"","token":"../x"}', taken: true },
  ])('$seconds s ago as $content is taken over: $taken', async ({ seconds, content, taken }) => {
    const directory = await temporary();
    const path = await staleLock(directory);
    await writeFile(path, content);
    await age(path, seconds);
    const results = await Promise.allSettled([locksIn(directory).lock(account)]);
    expect(results.map(isLock)).toEqual([taken]);
  });

  it('is taken over even when whoever was taking it over died of it', async () => {
    const directory = await temporary();
    const path = await staleLock(directory);
    const { token } = JSON.parse(await readFile(path, 'utf8'));
    const guard = path.replace(/\.lock$/, `.${String(token)}.lock`);
    const holder = { pid: 901, host, startedAt: '2026-11-22T11:00:00.000Z', token: 'dead' };
    await writeFile(guard, JSON.stringify(holder));
    const lock = await locksIn(directory).lock(account);
    await lock.release();
    expect(await readdir(join(directory, 'locks'))).toEqual([]);
  });

  it('is left to another run that takes it over before our eyes', async () => {
    const directory = await temporary();
    const path = await staleLock(directory);
    const other = { pid: 101, host, startedAt: '2026-11-22T12:00:00.000Z', token: 'theirs' };
    /** Between the look at the lock and its removal, the other run comes and goes on. */
    function isRunning(pid: number): boolean {
      if (pid === 900) writeFileSync(path, JSON.stringify(other));
      return pid !== 900;
    }
    const locked = locksIn(directory, { self: { pid: 100, host, isRunning } }).lock(account);
    await expect(locked).rejects.toThrow('locked by process 101');
    expect(await readdir(join(directory, 'locks'))).toHaveLength(1);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(other);
  });

  it('goes to exactly one of many at a time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const directory = await temporary();
      await staleLock(directory);
      const pids = Array.from({ length: 16 }, (_, index) => 100 + index);
      const results = await Promise.allSettled(
        pids.map((pid) => locksIn(directory, { self: processOf(pid, pids), now: Date.now }).lock(account)),
      );
      expect(results.filter(isLock)).toHaveLength(1);
      const problems = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(problems.every((problem) => problem instanceof ConflictError)).toBe(true);
      expect(await readdir(join(directory, 'locks'))).toHaveLength(1);
    }
  });

  it('goes to exactly one of many tries of one process', async () => {
    const directory = await temporary();
    await staleLock(directory);
    const locks = locksIn(directory, { now: Date.now });
    const tries = Array.from({ length: 16 }, () => locks.lock(account));
    expect((await Promise.allSettled(tries)).filter(isLock)).toHaveLength(1);
  });
});
