import { symlink, unlink, writeFile } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { regularFileAt, replaceRegular } from '../../../src/delivery/targets/regular-file.ts';
import { createFolder, never, type Folder } from './folder.ts';

/** Replaces `token` when `meanwhile` has happened after its content was made. */
async function replaceAfter(folder: Folder, meanwhile: (path: string) => Promise<unknown>): Promise<string> {
  const path = folder.at('token');
  const current = await regularFileAt(path);
  await meanwhile(path);
  const environment = folder.environment();
  return folder.failure(() => replaceRegular({ path, current, content: 'new', environment, signal: never }));
}

const changed = 'TargetError, retryable: another program changed it meanwhile';

describe('a file that another program', () => {
  test.each([
    ['rewrites', (path: string) => writeFile(path, 'theirs'), { token: 'theirs' }],
    ['removes', (path: string) => unlink(path), {}],
  ])('%s meanwhile is left to it', async (_, meanwhile, left) => {
    await using folder = await createFolder();
    await folder.write('token', 'old');
    expect(await replaceAfter(folder, meanwhile)).toBe(changed);
    expect(await folder.contents()).toStrictEqual(left);
  });

  test('creates meanwhile is left to it', async () => {
    await using folder = await createFolder();
    expect(await replaceAfter(folder, (path) => writeFile(path, 'theirs'))).toBe(changed);
    expect(await folder.names()).toStrictEqual(['token']);
    expect(await folder.text('token')).toBe('theirs');
  });

  test('makes a link meanwhile is refused, and what it leads to stays', async () => {
    await using folder = await createFolder();
    await folder.write('token', 'old');
    await folder.write('victim', 'theirs');
    const failure = await replaceAfter(folder, async (path) => {
      await unlink(path);
      await symlink('victim', path);
    });
    expect(failure).toBe('TargetError: ~/token is a symbolic link to ~/victim; name that instead');
    expect(await folder.names()).toStrictEqual(['token', 'victim']);
    expect(await folder.text('victim')).toBe('theirs');
  });
});

test('a reader finds the old file or the new one at any time', async () => {
  await using folder = await createFolder();
  const path = await folder.write('token', 'a'.repeat(100_000));
  const environment = folder.environment();
  const seen = new Set<string>();
  const done = new AbortController();
  async function read(): Promise<void> {
    while (!done.signal.aborted) {
      const text = await folder.text('token');
      seen.add(`${text.length} ${[...new Set(text)].join('')}`);
    }
  }
  const reader = read();
  for (const letter of ['b', 'c', 'd']) {
    const current = await regularFileAt(path);
    const content = letter.repeat(200_000);
    await replaceRegular({ path, current, content, environment, signal: never });
  }
  done.abort();
  await reader;
  const whole = new Set(['100000 a', '200000 b', '200000 c', '200000 d']);
  expect([...seen].filter((state) => !whole.has(state))).toStrictEqual([]);
  expect(await folder.names()).toStrictEqual(['token']);
});
