import { chmod, lstat, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { NotFoundError, UsageError } from '../../src/errors.ts';
import { entryId, intentOf, journalIn, temporaryDirectories } from './workspace.ts';

const temporary = temporaryDirectories();
const isPosix = process.platform !== 'win32';

describe('the folder', () => {
  it('is tried without a trace', async () => {
    const directory = join(await temporary(), 'deep', 'state');
    await journalIn(directory).preflight();
    expect(await readdir(join(directory, 'journal'))).toEqual([]);
  });

  it('may be missing where it is only read', async () => {
    const directory = join(await temporary(), 'state');
    const journal = journalIn(directory);
    expect(await journal.list()).toEqual([]);
    await journal.erase(entryId);
    await expect(journal.reopen(entryId)).rejects.toThrow(NotFoundError);
    await expect(lstat(directory)).rejects.toThrow('ENOENT');
  });

  it.runIf(isPosix)('loses the rights of others', async () => {
    const directory = await temporary();
    await mkdir(join(directory, 'journal'));
    await chmod(join(directory, 'journal'), 0o755);
    await journalIn(directory).preflight();
    expect((await stat(join(directory, 'journal'))).mode & 0o777).toBe(0o700);
  });

  const untrusted: readonly {
    readonly what: string;
    readonly make: (path: string) => Promise<unknown>;
    readonly userId: number | null;
    readonly reason: string;
  }[] = [
    {
      what: 'is a symbolic link',
      make: async (path) => {
        await mkdir(`${path}-elsewhere`);
        await symlink(`${path}-elsewhere`, path);
      },
      userId: null,
      reason: 'it is a symbolic link',
    },
    { what: 'is a file', make: (path) => writeFile(path, ''), userId: null, reason: 'it is not a folder' },
    { what: 'is another user’s', make: (path) => mkdir(path), userId: 4_000_000, reason: 'it belongs to another user' },
  ];

  it.runIf(isPosix).each(untrusted)('is not used when it $what', async ({ make, userId, reason }) => {
    const directory = await temporary();
    await make(join(directory, 'journal'));
    const journal = journalIn(directory, { userId });
    for (const use of [
      () => journal.preflight(),
      () => journal.begin(intentOf()),
      () => journal.list(),
      () => journal.find(entryId),
      () => journal.erase(entryId),
      () => journal.reopen(entryId),
    ]) {
      await expect(use()).rejects.toThrow(UsageError);
      await expect(use()).rejects.toThrow(reason);
    }
  });

  it.runIf(isPosix && process.getuid?.() !== 0)('that cannot be made is named', async () => {
    const directory = await temporary();
    await chmod(directory, 0o500);
    const tried = journalIn(directory).preflight();
    await expect(tried).rejects.toThrow(UsageError);
    await expect(tried).rejects.toThrow(join(directory, 'journal'));
    await chmod(directory, 0o700);
  });
});
