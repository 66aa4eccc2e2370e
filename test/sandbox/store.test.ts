import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { memory } from '../harness/memory.ts';
import { FailedError } from '../../src/errors.ts';
import { hintText } from '../../src/model/hint.ts';
import { openStore, resetStore, type Store } from '../../src/sandbox/store.ts';

interface Counter {
  count: number;
}

let parent: string;
let directory: string;
let file: string;

beforeEach(async () => {
  parent = await mkdtemp(join(memory, 'sactl-'));
  directory = join(parent, 'state', 'sandbox');
  file = join(directory, 'counter.json');
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

/** Only locks wait, and for milliseconds. */
async function wait(milliseconds: number): Promise<void> {
  await sleep(milliseconds);
}

function open(version = 1): Promise<Store<Counter>> {
  return openStore({ directory, name: 'counter', version, seed: () => ({ count: 0 }), isState, sleep: wait });
}

function isState(value: unknown): value is Counter {
  return typeof value === 'object' && value !== null && 'count' in value;
}

async function saved(count: number): Promise<void> {
  const store = await open();
  store.state.count = count;
  await store.save();
}

test('what was saved is there the next time', async () => {
  expect((await open()).state).toEqual({ count: 0 });
  await saved(3);
  expect((await open()).state).toEqual({ count: 3 });
});

test('a reset brings the seed back, also where there is nothing to reset', async () => {
  await saved(3);
  await resetStore({ directory, name: 'counter', sleep: wait });
  await resetStore({ directory, name: 'counter', sleep: wait });
  expect((await open()).state).toEqual({ count: 0 });
});

test.skipIf(process.platform === 'win32')('only the owner can read folder and file', async () => {
  await saved(1);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(file, 0o644);
  await saved(2);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

describe('a file that cannot be used', () => {
  test.each([
    ['is empty', ''],
    ['is cut off', '{"version":1,"state":{"cou'],
    ['is another document', '[]'],
    ['is null', 'null'],
    ['has a state of another shape', '{"version":1,"state":{}}'],
    ['is of an older version', '{"version":0,"state":{"count":1}}'],
    ['is of a newer version', '{"version":2,"state":{"count":1}}'],
    ['has no version', '{"count":1}'],
  ])('because it %s is named, with the way out', async (_, text) => {
    await saved(1);
    await writeFile(file, text);
    const error: unknown = await open().catch((reason: unknown) => reason);
    if (!(error instanceof FailedError)) throw error;
    expect(error.message).toContain(file);
    expect(hintText(error.hint ?? '')).toBe('sactl sandbox reset');
    expect(await readFile(file, 'utf8')).toBe(text);
    await resetStore({ directory, name: 'counter', sleep: wait });
    expect((await open()).state).toEqual({ count: 0 });
  });
});

test('changes at the same time are all kept, and leave one file', async () => {
  const stores = await Promise.all(Array.from({ length: 8 }, () => open()));
  const turns = stores.flatMap((store) => [store, store]);
  await Promise.all(
    turns.map((store) =>
      store.exclusive(async () => {
        store.state.count += 1;
        await store.save();
      }),
    ),
  );
  expect((await open()).state.count).toBe(16);
  expect(await readdir(directory)).toEqual(['counter.json']);
});

test('a change that is not saved is forgotten', async () => {
  const store = await open();
  await store.exclusive(() => Promise.resolve((store.state.count = 7)));
  expect(await store.exclusive(() => Promise.resolve(store.state.count))).toBe(0);
});

test('a lock that a dead process left behind is taken over', async () => {
  await saved(1);
  await writeFile(join(directory, 'counter.lock'), 'somebody');
  const waits: number[] = [];
  const store = await openStore({
    directory,
    name: 'counter',
    version: 1,
    seed: () => ({ count: 0 }),
    isState,
    sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
  });
  expect(store.state).toEqual({ count: 1 });
  expect(waits.reduce((sum, milliseconds) => sum + milliseconds, 0)).toBe(5000);
  expect(await readdir(directory)).toEqual(['counter.json']);
});
