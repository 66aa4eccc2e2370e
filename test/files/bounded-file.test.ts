// @module-tag slow
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readBounded, readBoundedText } from '../../src/files/bounded-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sactl-'));
  await writeFile(join(folder, 'small'), 'abc');
  await writeFile(join(folder, 'large'), 'x'.repeat(200_000));
  await writeFile(join(folder, 'empty'), '');
  await symlink('small', join(folder, 'link'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function read(name: string, largest = 1024): Promise<string> {
  return readBoundedText(join(folder, name), largest);
}

describe('a file', () => {
  it.each([
    ['small', 'abc'],
    ['link', 'abc'],
    ['empty', ''],
  ])('that is %s is read', async (name, text) => {
    expect(await read(name)).toBe(text);
  });

  it('is read to its last byte, and not beyond the bound', async () => {
    expect(await read('large', 200_000)).toHaveLength(200_000);
    await expect(read('large', 199_999)).rejects.toMatchObject({ code: 'EFBIG' });
    await expect(read('large', 64 * 1024)).rejects.toThrow('it is larger than 64 KiB');
    await expect(read('small', 2)).rejects.toThrow('it is larger than');
  });

  it('that is a folder, or is not there, is refused', async () => {
    await expect(read('.')).rejects.toMatchObject({ code: 'EISDIR', message: 'it is a directory' });
    await expect(read('missing')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.runIf(process.platform !== 'win32')('what never ends', () => {
  it('is refused: a device', async () => {
    await expect(readBounded('/dev/zero', 1024)).rejects.toThrow('it is not a regular file');
  });

  it('is refused: a named pipe that nobody writes to', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readBounded(pipe, 1024)).rejects.toThrow('it is not a regular file');
  });
});
