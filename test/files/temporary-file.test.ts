import { readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { sweepTemporaries } from '../../src/files/replace-file.ts';
import { createFolder } from '../delivery/targets/folder.ts';

const now = Date.UTC(2026, 10, 22, 12);

it('sweeps what killed processes left, and nothing else', async () => {
  const { path } = await createFolder();
  for (const [name, minutes] of [
    ['.sactl-old.tmp', 11],
    ['.sactl-young.tmp', 9],
    ['token', 60],
    ['.sactl-note', 60],
  ] as const) {
    await writeFile(join(path, name), 'secret');
    const then = (now - minutes * 60_000) / 1000;
    await utimes(join(path, name), then, then);
  }
  await symlink('token', join(path, '.sactl-link.tmp'));
  await sweepTemporaries(path, now);
  expect((await readdir(path)).toSorted()).toEqual(['.sactl-link.tmp', '.sactl-note', '.sactl-young.tmp', 'token']);
});

it('minds nothing that is not there', async () => {
  await expect(sweepTemporaries('/nonexistent/folder', now)).resolves.toBeUndefined();
});
