// @module-tag slow
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startProgram } from '../commands/built-program.ts';
import { npm, pack, root } from './npm.ts';
import { itIsSactl } from './smoke.ts';

// What somebody has who has nothing but the package: an empty folder, an empty home, no network, and scripts turned off.
const strictly = ['--ignore-scripts', '--engine-strict'];

let home = '';
let tarball = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sactl-'));
  tarball = (await pack({ cwd: root, home })).path;
}, 60_000);
afterAll(() => rm(home, { recursive: true, force: true }));

async function emptyFolder(name: string): Promise<string> {
  const folder = join(home, name);
  await mkdir(folder);
  return folder;
}

/** What npm puts on the PATH. */
function command(folder: string): readonly [string, ...string[]] {
  const path = join(folder, 'sactl');
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/c', `${path}.cmd`] : [path];
}

describe('npm install --global', () => {
  let prefix = '';
  beforeAll(async () => {
    prefix = await emptyFolder('global');
    const argv = ['install', '--global', '--prefix', prefix, ...strictly, tarball];
    await npm(argv, { cwd: home, home });
  }, 60_000);

  itIsSactl(() => command(process.platform === 'win32' ? prefix : join(prefix, 'bin')));

  it('installs one package', async () => {
    const folders = ['lib/node_modules', 'node_modules'].map((name) => join(prefix, name));
    const modules = folders.find((folder) => existsSync(folder)) ?? '';
    expect((await readdir(modules)).filter((name) => !name.startsWith('.'))).toEqual(['sactl']);
    expect(existsSync(join(modules, 'sactl/node_modules'))).toBe(false);
  });

  it.runIf(existsSync(join(root, 'man')))('brings the manual pages', async () => {
    const pages = await readdir(join(prefix, 'share/man/man1'));
    expect(pages.toSorted()).toEqual((await readdir(join(root, 'man'))).toSorted());
  });
});

describe('npm install', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await emptyFolder('local');
    await npm(['install', ...strictly, tarball], { cwd: folder, home });
  }, 60_000);

  it('brings a demo that needs nothing but the package', async () => {
    const demo = join(folder, 'node_modules/sactl/scripts/demo.js');
    const { code, stdout } = await startProgram(process.execPath, [demo], { home, env: {} }).ended;
    expect(stdout).toContain('$ sactl sa rotate --id demo-runner --yes');
    expect(code).toBe(0);
  }, 120_000);
});

describe('npm exec, which is npx', () => {
  it('runs it without installing it', async () => {
    const folder = await emptyFolder('npx');
    const words = 'sactl sa list --sandbox --quiet -q length'.split(' ');
    const argv = ['exec', '--yes', ...strictly, `--package=${tarball}`, '--', ...words];
    expect(await npm(argv, { cwd: folder, home })).toBe('13\n');
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);
});
