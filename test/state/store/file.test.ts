import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { sactl } from '../../../src/model/hint.ts';
import { openFileStore } from '../../../src/state/store/file.ts';
import { StateError, type StateStore } from '../../../src/state/store/store.ts';
import { testContext } from '../../harness/context.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { bytesOf, textOf } from './contract.ts';

interface World {
  readonly directory: string;
  readonly store: StateStore;
  /** One more process, during whose next change `meanwhile` happens: after it has looked, before its generation is there. */
  readonly slow: (meanwhile: () => void) => StateStore;
  readonly path: (rest: string) => string;
}

function world(): World {
  const directory = join(freshStateDirectory(), 'store');
  const { ctx } = testContext();
  function open(uuid: () => string): StateStore {
    return openFileStore({ ...ctx, uuid, directory });
  }
  return {
    directory,
    store: open(() => crypto.randomUUID()),
    slow: (meanwhile) =>
      open(() => {
        meanwhile();
        return crypto.randomUUID();
      }),
    path: (rest) => join(directory, 'k', rest),
  };
}

async function written(store: StateStore, ...texts: readonly string[]): Promise<string> {
  let revision: string | null = null;
  for (const text of texts) {
    revision =
      revision === null ? await store.create('k', bytesOf(text)) : await store.replace('k', bytesOf(text), revision);
  }
  return revision ?? '';
}

function age(path: string, days: number): void {
  const at = new Date(Date.now() - days * 86_400_000);
  utimesSync(path, at, at);
}

test('reading makes nothing, not even the folder', async () => {
  const { store, directory } = world();
  expect(await store.get('a/b')).toBeNull();
  expect(await store.list('')).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

test('only the user can read it', async () => {
  const { store, directory, path } = world();
  await written(store, 'one');
  for (const folder of [directory, path(''), path('@1')]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path('@1/value')).mode & 0o777).toBe(0o600);
});

test('what was replaced or removed is erased, and its name stays for a day', async () => {
  const { store, path } = world();
  const revision = await written(store, 'one', 'two');
  expect(readdirSync(path('@1'))).toEqual(['old']);
  await store.remove('k', revision);
  expect(readdirSync(path('')).toSorted()).toEqual(['@1', '@2', '@3']);
  expect(readdirSync(path('@2'))).toEqual(['old']);
  expect(readdirSync(path('@3'))).toEqual(['gone']);
});

test('names are swept a day later, by the next change', async () => {
  const { store, path } = world();
  const revision = await written(store, 'one', 'two', 'three');
  age(path('@1'), 2);
  await store.replace('k', bytesOf('four'), revision);
  expect(readdirSync(path('')).toSorted()).toEqual(['@2', '@3', '@4']);
});

test('a key without a value is swept a day later, by the next list', async () => {
  const { store, path, directory } = world();
  await store.remove('k', await written(store, 'one'));
  expect(await store.list('')).toEqual([]);
  expect(readdirSync(path('')).toSorted()).toEqual(['@1', '@2']);
  age(path('@1'), 2);
  age(path('@2'), 2);
  expect(await store.list('')).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
  expect(await written(store, 'again')).not.toBe('');
});

test.each([
  ['it prepared a generation', 'two', (path: World['path']) => mkdirSync(path('.sactl-draft'))],
  [
    'it prepared a generation, and wrote a part of it',
    'two',
    (path: World['path']) => {
      mkdirSync(path('.sactl-draft'));
      writeFileSync(path('.sactl-draft/value'), 'thr');
    },
  ],
  [
    'a new generation was there, and the old one not erased',
    'three',
    (path: World['path']) => {
      mkdirSync(path('@3'));
      writeFileSync(path('@3/value'), 'three');
    },
  ],
  [
    'the old one was marked, and not erased',
    'three',
    (path: World['path']) => {
      mkdirSync(path('@3'));
      writeFileSync(path('@3/value'), 'three');
      writeFileSync(path('@2/old'), '');
    },
  ],
])('a process that was killed when %s leaves a state that can be used', async (_, text, leave) => {
  const { store, path } = world();
  await written(store, 'one', 'two');
  leave(path);
  const found = await store.get('k');
  expect(Buffer.from(found?.bytes ?? []).toString()).toBe(text);
  expect(await store.list('')).toEqual(['k']);
  const next = await store.replace('k', bytesOf('next'), found?.revision ?? '');
  expect(next).not.toBeNull();
  expect(await textOf(store, 'k')).toBe('next');
  const values = readdirSync(path(''), { recursive: true, encoding: 'utf8' });
  expect(values.filter((name) => /^@\d+.value$/.test(name))).toHaveLength(1);
});

test('what a killed process had prepared is swept by a later change', async () => {
  const { store, path } = world();
  const revision = await written(store, 'one');
  mkdirSync(path('.sactl-draft'));
  await store.replace('k', bytesOf('two'), revision);
  expect(existsSync(path('.sactl-draft'))).toBe(true);
  age(path('.sactl-draft'), 1);
  await store.replace('k', bytesOf('three'), (await store.get('k'))?.revision ?? '');
  expect(existsSync(path('.sactl-draft'))).toBe(false);
});

test('a writer that is overtaken between its look and its change loses', async () => {
  const { store, slow, path } = world();
  const revision = await written(store, 'one');
  const writer = slow(() => {
    mkdirSync(path('@2'));
    writeFileSync(path('@2/value'), 'two');
  });
  expect(await writer.replace('k', bytesOf('slow'), revision)).toBeNull();
  expect(await textOf(store, 'k')).toBe('two');
  expect(readdirSync(path('')).toSorted()).toEqual(['@1', '@2']);
});

test('a writer that slept until its name was free again says that it cannot know', async () => {
  const { store, slow, path } = world();
  const revision = await written(store, 'one');
  const writer = slow(() => {
    renameSync(path('@1'), path('@3'));
  });
  const error = await writer.replace('k', bytesOf('slow'), revision).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StateError);
  expect(error).toMatchObject({ code: 'state', isUncertain: true, retryable: true });
  expect(await textOf(store, 'k')).toBe('one');
});

test('a key that is swept while it is created again is created all the same', async () => {
  const { store, slow, directory } = world();
  await store.remove('k', await written(store, 'one'));
  let times = 0;
  const writer = slow(() => {
    if ((times += 1) === 1) rmSync(join(directory, 'k'), { recursive: true });
  });
  expect(await writer.create('k', bytesOf('again'))).not.toBeNull();
  expect(await textOf(store, 'k')).toBe('again');
});

test.runIf(process.getuid?.() !== 0)('a folder that cannot be written is named', async () => {
  const { store, directory } = world();
  await written(store, 'one');
  await chmod(join(directory, 'k'), 0o500);
  await expect(store.replace('k', bytesOf('two'), (await store.get('k'))?.revision ?? '')).rejects.toMatchObject({
    code: 'state',
    message: `cannot write the state in "${directory}": permission denied (EACCES)`,
    hint: 'set SACTL_STATE_DIR to another folder',
  });
});

test('a file in the place of a folder is named, and nothing is known of it', async () => {
  const { store, directory } = world();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'k'), '');
  const message = `cannot read the state in "${directory}": not a directory (ENOTDIR)`;
  await expect(store.get('k')).rejects.toMatchObject({ code: 'state', isUncertain: false, message });
});

test('a folder that several machines share is made by init alone, and nothing is told of one that is not mounted', async () => {
  const { directory } = world();
  const options = { ...testContext().ctx, uuid: () => crypto.randomUUID(), directory, isShared: true };
  const store = openFileStore(options);
  const missing = {
    code: 'state',
    message: `the folder "${directory}" is not there`,
    hint: ['mount it; or, for a new one: ', sactl`state init`],
  };
  await expect(store.get('k')).rejects.toMatchObject(missing);
  await expect(store.list('')).rejects.toMatchObject(missing);
  await expect(store.create('k', bytesOf('one'))).rejects.toMatchObject(missing);
  expect(existsSync(directory)).toBe(false);
  await store.init();
  const revision = await store.create('k', bytesOf('one'));
  expect(await textOf(store, 'k')).toBe('one');
  rmSync(directory, { recursive: true });
  await expect(store.replace('k', bytesOf('two'), revision ?? '')).rejects.toMatchObject(missing);
  writeFileSync(directory, '');
  const hint = 'check that it is mounted and writable, or name another store';
  const message = `cannot use the folder "${directory}": it is not a folder`;
  await expect(openFileStore(options).init()).rejects.toMatchObject({ code: 'state', message, hint });
});

test('a folder that several machines share keeps the rights that it has, and is refused where everybody may write', async () => {
  const { directory } = world();
  const options = { ...testContext().ctx, uuid: () => crypto.randomUUID(), directory, isShared: true };
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o2770);
  await openFileStore(options).init();
  expect(statSync(directory).mode & 0o7777).toBe(0o2770);
  chmodSync(directory, 0o1777);
  await expect(openFileStore(options).init()).rejects.toMatchObject({
    code: 'state',
    message: `cannot use the folder "${directory}": everyone may write there`,
    hint: 'name a folder for the state alone, which only those who share it may write to',
  });
  expect(statSync(directory).mode & 0o7777).toBe(0o1777);
});
