import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepCompiled } from '../src/code-cache.ts';
import { memory } from './harness/memory.ts';

const userId = process.getuid?.() ?? -1;

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(memory, 'sactl-home-'));
});
afterEach(() => rm(home, { recursive: true }));

/** The folder that Node was told to use; null where it was told none. */
function folderFor(env: Readonly<Record<string, string>> = { HOME: home }, user: number | null = userId) {
  let told: string | null = null;
  keepCompiled({ env, userId: user, freeBytes: () => Infinity }, (folder) => {
    told = folder;
  });
  return told;
}

describe('what V8 compiled', () => {
  it('is kept in a folder that is made for the user alone', async () => {
    expect(folderFor()).toBe(join(home, '.cache', 'sactl'));
    expect((await stat(join(home, '.cache', 'sactl'))).mode & 0o777).toBe(0o700);
    expect(folderFor()).toBe(join(home, '.cache', 'sactl'));
  });

  it('is kept where XDG_CACHE_HOME says, when that is absolute', () => {
    expect(folderFor({ HOME: '/nonexistent', XDG_CACHE_HOME: home })).toBe(join(home, 'sactl'));
    expect(folderFor({ HOME: home, XDG_CACHE_HOME: 'cache' })).toBe(join(home, '.cache', 'sactl'));
  });

  it.each([{}, { HOME: '' }, { HOME: 'home' }, { HOME: '/nonexistent' }, { XDG_CACHE_HOME: '/nonexistent' }])(
    'is not kept with %j',
    (env) => {
      expect(folderFor(env)).toBeNull();
    },
  );

  it('is not kept in the home of another user, as sudo leaves it, and nothing is made there', async () => {
    expect(folderFor({ HOME: home }, userId + 1)).toBeNull();
    await expect(stat(join(home, '.cache'))).rejects.toThrow('ENOENT');
  });

  it('is not kept on a system whose files have no owner', () => {
    expect(folderFor({ HOME: home }, null)).toBeNull();
  });

  it.each(['', '.cache', '.cache/sactl'])('is not kept where others can write to ~/%s', async (path) => {
    await mkdir(join(home, '.cache', 'sactl'), { recursive: true });
    await chmod(join(home, path), 0o720);
    expect(folderFor()).toBeNull();
    await chmod(join(home, path), 0o702);
    expect(folderFor()).toBeNull();
  });

  it('is kept where others can read ~/.cache, but not where they can enter the folder itself', async () => {
    const folder = join(home, '.cache', 'sactl');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(home, 0o755);
    await chmod(join(home, '.cache'), 0o755);
    expect(folderFor()).toBe(folder);
    // With a umask of 0, Node makes a folder in there that others can write to.
    await chmod(folder, 0o711);
    expect(folderFor()).toBeNull();
    await chmod(folder, 0o750);
    expect(folderFor()).toBeNull();
  });

  it('is not kept on a disk that is nearly full', () => {
    let isEnabled = false;
    function enable(): void {
      isEnabled = true;
    }
    keepCompiled({ env: { HOME: home }, userId, freeBytes: () => 2 ** 20 }, enable);
    expect(isEnabled).toBe(false);
    keepCompiled({ env: { HOME: home }, userId, freeBytes: () => 2 ** 30 }, enable);
    expect(isEnabled).toBe(true);
  });

  it.each(['.cache', '.cache/sactl'])('is not kept behind a link at ~/%s, or a file', async (path) => {
    await mkdir(join(home, 'elsewhere'));
    await mkdir(join(home, path, '..'), { recursive: true });
    await symlink(join(home, 'elsewhere'), join(home, path));
    expect(folderFor()).toBeNull();
    await rm(join(home, path));
    await writeFile(join(home, path), '');
    expect(folderFor()).toBeNull();
  });

  it('starts nothing less where Node cannot keep it, or fails to', () => {
    expect(() => keepCompiled({ env: { HOME: home }, userId }, undefined)).not.toThrow();
    expect(() =>
      keepCompiled({ env: { HOME: home }, userId }, () => {
        throw new Error('ENOSPC');
      }),
    ).not.toThrow();
  });
});
