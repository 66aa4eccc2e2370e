import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { expect, test } from 'vitest';

import { findProgram } from '../../src/programs/find-program.ts';
import { UsageError } from '../../src/errors.ts';
import { useWorkshop } from '../delivery/programs/fakes.ts';

const shop = useWorkshop();

function find(name: string, path: readonly string[], platform: NodeJS.Platform = 'linux', homeDirectory = '/nowhere') {
  return findProgram(name, { env: { PATH: path.join(':') }, cwd: shop.work, platform, homeDirectory });
}

async function folderWithTool(...parts: readonly string[]): Promise<string> {
  const folder = join(shop.work, ...parts);
  await mkdir(folder, { recursive: true });
  await shop.script(join(folder, 'tool'), ['#!/bin/sh']);
  return folder;
}

test('the first folder of PATH that has the program is taken', async () => {
  await shop.fake('tool');
  const later = await folderWithTool('later');
  expect(await find('tool', [join(shop.work, 'none'), shop.bin, later])).toBe(join(shop.bin, 'tool'));
});

test.each([
  { what: 'the working directory', parts: [], path: (folder: string) => folder },
  { what: 'an empty entry, which is the working directory', parts: [], path: () => '' },
  { what: 'a relative folder', parts: ['bin'], path: (folder: string) => relative(shop.work, folder) },
  { what: 'node_modules/.bin', parts: ['node_modules', '.bin'], path: (folder: string) => folder },
])('$what is passed over', async ({ parts, path }) => {
  const entry = path(await folderWithTool(...parts));
  await expect(find('tool', [entry])).rejects.toThrow('there is no program "tool" in PATH');
  await shop.fake('tool');
  expect(await find('tool', [entry, shop.bin])).toBe(join(shop.bin, 'tool'));
});

test('what is passed over is named, with the reason', async () => {
  const folder = await folderWithTool('bin');
  await expect(find('tool', [folder, shop.bin])).rejects.toThrow(
    `there is no program "tool" in PATH (${shop.bin}); "${join(folder, 'tool')}" is passed over: it is in the working directory`,
  );
});

test('in the home its folders are searched, and it is not', async () => {
  const folder = await folderWithTool('.local', 'bin');
  expect(await find('tool', [folder], 'linux', shop.work)).toBe(join(folder, 'tool'));
  await folderWithTool();
  await expect(find('tool', [shop.work], 'linux', shop.work)).rejects.toThrow('is passed over');
});

test.each([{ parts: [] }, { parts: ['node_modules', '.bin'] }])(
  'a link to a folder that is passed over is passed over too: $parts',
  async ({ parts }) => {
    const link = join(shop.bin, 'link');
    await symlink(await folderWithTool(...parts), link);
    await expect(find('tool', [link])).rejects.toThrow(UsageError);
  },
);

test('what is not an executable file is passed over', async () => {
  await mkdir(join(shop.bin, 'tool'));
  await expect(find('tool', [shop.bin])).rejects.toThrow(`in PATH (${shop.bin})`);
  const folder = await folderWithTool('plain');
  await chmod(join(folder, 'tool'), 0o644);
  await expect(find('tool', [folder])).rejects.toThrow(UsageError);
});

test('an absolute path is taken as it is, where there is a program', async () => {
  await shop.fake('tool');
  expect(await find(join(shop.bin, 'tool'), [])).toBe(join(shop.bin, 'tool'));
  await expect(find(join(shop.bin, 'other'), [])).rejects.toThrow(
    `"${join(shop.bin, 'other')}" is not a program: an executable file is expected`,
  );
});

test.each(['./tool', 'bin/tool', '../bin/tool'])('%s needs its absolute path', async (name) => {
  await folderWithTool();
  await shop.fake('tool');
  await expect(find(name, [shop.bin])).rejects.toThrow(`the program "${name}" needs its absolute path`);
});

test('on Windows only an .exe file is a program, wherever it is named', async () => {
  await shop.fake('tool');
  await shop.fake('tool.cmd');
  await expect(find('tool', [shop.bin], 'win32')).rejects.toThrow('there is no program "tool.exe"');
  await expect(find(join(shop.bin, 'tool.cmd'), [], 'win32')).rejects.toThrow('is not an .exe file');
  await shop.fake('tool.exe');
  const env = { Path: shop.bin };
  expect(await findProgram('tool', { env, cwd: shop.work, platform: 'win32', homeDirectory: null })).toBe(
    join(shop.bin, 'tool.exe'),
  );
});
