import { readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import type { Context, ProcessIdentity } from '../../src/context.ts';
import { openAccountLocks, type AccountLocks } from '../../src/state/account-lock.ts';
import type { Journal } from '../../src/state/journal.ts';
import { isOpen } from '../../src/state/stored-entry.ts';
import { testNow } from '../harness/context.ts';
import { entryId, intentOf, journalIn, journalOptions, secretBytes, temporaryDirectories } from './workspace.ts';

const temporary = temporaryDirectories();
const account = { key: ['nscale', 'https://a.example', 'org', 'sa-1'], name: 'ci-deploy' };

/** The timers that were started, to be run out by hand. */
interface Timers {
  readonly timeout: Context['timeout'];
  /** For how long those run that were not cleared, in milliseconds. */
  readonly running: () => readonly number[];
  /** All that run now, run out. */
  readonly runOut: () => void;
}

function timers(): Timers {
  const started = new Map<AbortController, number>();
  return {
    timeout: (milliseconds) => {
      const controller = new AbortController();
      started.set(controller, milliseconds);
      return { signal: controller.signal, clear: () => void started.delete(controller) };
    },
    running: () => [...started.values()],
    runOut: () => {
      const all = Array.from(started.keys());
      started.clear();
      for (const controller of all) controller.abort();
    },
  };
}

/** Process 7 of a container of this host; the numbers of one say nothing in another. */
function inContainer(pidNamespace: string, startTime = '70'): ProcessIdentity {
  return {
    pid: 7,
    host: 'runner',
    isRunning: (pid) => pid === 7,
    marks: { bootId: () => 'boot', pidNamespace: () => pidNamespace, startTime: () => startTime },
  };
}

const here = inContainer('pid:[1]');
const there = inContainer('pid:[2]');

function locksIn(stateDirectory: string, self: ProcessIdentity, timeout = timers().timeout): AccountLocks {
  return openAccountLocks({ ...journalOptions(stateDirectory), self, timeout });
}

async function lockPath(directory: string): Promise<string> {
  const [name = ''] = await readdir(join(directory, 'locks'));
  return join(directory, 'locks', name);
}

async function age(path: string, seconds: number): Promise<number> {
  const time = Math.floor(Date.now() / 1000) - seconds;
  await utimes(path, time, time);
  return time * 1000;
}

const byLease = { code: 'locked', hint: 'wait for it to end; if it is gone, its lock ends by itself after 2 minutes' };

describe('the lock of a process in another container', () => {
  it('is not taken while it is renewed, and is after one lease', async () => {
    const directory = await temporary();
    const clock = timers();
    const lock = await locksIn(directory, there, clock.timeout).lock(account);
    const path = await lockPath(directory);
    const text = await readFile(path, 'utf8');
    expect(clock.running()).toEqual([40_000]);
    for (const seconds of [130, 500, 90_000]) {
      const before = await age(path, seconds);
      clock.runOut();
      await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(before));
      await vi.waitFor(() => expect(clock.running()).toEqual([40_000]));
      await expect(locksIn(directory, here).lock(account)).rejects.toMatchObject(byLease);
    }
    expect(await readFile(path, 'utf8')).toBe(text);
    await age(path, 119);
    await expect(locksIn(directory, here).lock(account)).rejects.toMatchObject(byLease);
    await age(path, 121);
    const taken = await locksIn(directory, here).lock(account);
    const after = await readFile(path, 'utf8');
    expect(JSON.parse(after)).toMatchObject({ pidNamespace: 'pid:[1]', pid: 7, startTime: '70' });
    await lock.release();
    expect(await readFile(path, 'utf8')).toBe(after);
    await taken.release();
    expect(await readdir(join(directory, 'locks'))).toEqual([]);
  });

  it('that was taken over is no longer renewed by the one that had it', async () => {
    const directory = await temporary();
    const clock = timers();
    await locksIn(directory, there, clock.timeout).lock(account);
    await age(await lockPath(directory), 121);
    await locksIn(directory, here).lock(account);
    const aged = await age(await lockPath(directory), 60);
    clock.runOut();
    await vi.waitFor(() => expect(clock.running()).toEqual([40_000]));
    expect((await stat(await lockPath(directory))).mtimeMs).toBe(aged);
  });

  it('leaves no timer when it is released', async () => {
    const directory = await temporary();
    const clock = timers();
    const lock = await locksIn(directory, there, clock.timeout).lock(account);
    await lock.release();
    expect(clock.running()).toEqual([]);
  });

  it('goes to exactly one of many once it has lapsed', async () => {
    const directory = await temporary();
    await locksIn(directory, there).lock(account);
    await age(await lockPath(directory), 121);
    const selves = Array.from({ length: 16 }, (_, index) => inContainer(`pid:[${index + 10}]`));
    const results = await Promise.allSettled(selves.map((self) => locksIn(directory, self).lock(account)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(join(directory, 'locks'))).toHaveLength(1);
  });

  it('is judged by the clock of its folder, whatever this machine says', async () => {
    const directory = await temporary();
    await locksIn(directory, there).lock(account);
    for (const hours of [-1000, 1000]) {
      const locks = openAccountLocks({
        ...journalOptions(directory),
        self: here,
        now: () => testNow + hours * 3_600_000,
      });
      await expect(locks.lock(account)).rejects.toMatchObject(byLease);
    }
  });
});

describe('the lock of a process in this container', () => {
  it('is taken at once when its number is another process by now', async () => {
    const directory = await temporary();
    await locksIn(directory, inContainer('pid:[1]', '69')).lock(account);
    await locksIn(directory, here).lock(account);
    expect(JSON.parse(await readFile(await lockPath(directory), 'utf8'))).toMatchObject({ startTime: '70' });
  });

  it('is never taken while it runs, however old', async () => {
    const directory = await temporary();
    await locksIn(directory, here).lock(account);
    await age(await lockPath(directory), 100_000);
    const neighbour = { ...here, pid: 8, isRunning: () => true };
    await expect(locksIn(directory, neighbour).lock(account)).rejects.toMatchObject({ hint: 'wait for it to end' });
  });
});

function journal(directory: string, self: ProcessIdentity, timeout = timers().timeout): Journal {
  return journalIn(directory, { self, timeout });
}

describe('the entry of a process in another container', () => {
  it('is under way while it is renewed', async () => {
    const directory = await temporary();
    const clock = timers();
    const entry = await journal(directory, there, clock.timeout).begin(intentOf());
    await entry.sent();
    const before = await age(entry.path, 130);
    expect((await journal(directory, here).list()).map(isOpen)).toEqual([true]);
    clock.runOut();
    await vi.waitFor(() => expect(statSync(entry.path).mtimeMs).toBeGreaterThan(before));
    expect((await journal(directory, here).list()).map(isOpen)).toEqual([false]);
    await expect(journal(directory, here).reopen(entryId)).rejects.toMatchObject({ code: 'locked' });
    expect(readdirSync(join(directory, 'journal'))).toHaveLength(1);
    await entry.keep({ bytes: secretBytes, operation: 'create', accountId: null });
    await entry.outcome({ outcome: 'undelivered', message: 'no space left' });
    await entry.leave();
    expect(clock.running()).toEqual([]);
    const [found] = await journal(directory, here).list();
    expect(found?.isUnderWay).toBe(false);
    expect(found?.records.map(({ type }) => type)).toEqual(['intent', 'sent', 'answer', 'outcome']);
  });
});

describe('an entry', () => {
  it.each([
    { what: 'nothing happened to it', work: () => Promise.resolve(), isThere: true },
    { what: 'it was erased', work: (path: string) => rm(path), isThere: false },
    {
      what: 'a copy took its place',
      work: async (path: string) => {
        await writeFile(`${path}.copy`, await readFile(path));
        await rename(`${path}.copy`, path);
      },
      isThere: false,
    },
    {
      what: 'a folder is at its path',
      work: async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
      isThere: false,
    },
  ])('knows whether it is there: $what', async ({ work, isThere }) => {
    const entry = await journal(await temporary(), here).begin(intentOf());
    await work(entry.path);
    expect(await entry.isThere()).toBe(isThere);
    await entry.leave();
  });
});
