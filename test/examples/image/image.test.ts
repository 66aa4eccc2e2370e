// @module-tag slow
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { dist } from '../../commands/built-program.ts';
import { problemsOf } from './checks.ts';
import { copyContext } from './context.ts';
import { imagesOf, readDockerfile } from './dockerfile.ts';
import { buildRerooted, type RerootedImage } from './rerooted.ts';

const root = resolve(import.meta.dirname, '../../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const ignore = readFileSync(join(root, '.dockerignore'), 'utf8');

describe.skipIf(process.platform === 'win32')('the image', { timeout: 120_000 }, () => {
  let image: RerootedImage;
  beforeAll(async () => {
    image = await buildRerooted({ context: root, target: 'with-kubectl' });
  }, 120_000);
  afterAll(() => image.close());

  it('does its work for a user who is not root, and writes to what is mounted and nothing else', async () => {
    expect(image.user).toBe('10001:10001');
    expect(await problemsOf(image)).toEqual([]);
  });

  it('has the program that is built, and nothing else of the repository or of npm', async () => {
    const files = await image.files();
    const built = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    const inside = files.filter((path) => path.startsWith('opt/sactl/')).map((path) => path.slice('opt/sactl/'.length));
    expect(inside).toEqual(['LICENSE', ...built].toSorted());
    const others = files.filter((path) => !path.startsWith('opt/sactl/'));
    expect(others.filter((path) => /npm|yarn|node_modules|src|\.ts$|\.json$/.test(path))).toEqual([]);
    expect(others).toContain('usr/local/bin/kubectl');
  });

  it.each([
    'opt/sactl/bin.cjs',
    'opt/sactl/build/jq.wasm',
    'usr/bin/env',
    'usr/local/bin/node',
    'usr/local/bin/sactl',
    'var/lib/sactl',
  ])('is found to be wrong without %s', async (path) => {
    const file = join(image.root, path);
    await chmod(dirname(file), 0o755);
    await rename(file, `${file}.gone`);
    onTestFinished(() => rename(`${file}.gone`, file));
    expect(await problemsOf(image)).not.toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the build of the image', { timeout: 120_000 }, () => {
  it.each(['LICENSE', 'src'])('fails where %s is not sent to it', async (name) => {
    const built = buildRerooted({ context: root, ignore: ignore.replace(`!${name}\n`, '') });
    await expect(built).rejects.toThrow(name);
  });

  it('is sent what it copies, and neither history nor what may be secret', async () => {
    const [from, to] = await Promise.all([mkdtemp(join(tmpdir(), 'sactl-')), mkdtemp(join(tmpdir(), 'sactl-'))]);
    onTestFinished(() => Promise.all([from, to].map((path) => rm(path, { recursive: true }))).then(() => undefined));
    const wanted = ['LICENSE', 'package-lock.json', 'package.json', 'scripts/build.js', 'src/bin.ts'];
    const unwanted = [
      '.env',
      '.git/config',
      '.npmrc',
      'dist/bin.cjs',
      'id_ed25519',
      'node_modules/zod/index.js',
      'state/a',
    ];
    for (const path of [...wanted, ...unwanted]) {
      await mkdir(dirname(join(from, path)), { recursive: true });
      await writeFile(join(from, path), '');
    }
    await copyContext(from, ignore, to);
    const sent = await readdir(to, { recursive: true, withFileTypes: true });
    const files = sent.filter((entry) => entry.isFile());
    expect(files.map(({ parentPath, name }) => join(parentPath, name).slice(to.length + 1)).toSorted()).toEqual(wanted);
  });
});

describe('the Dockerfile', () => {
  const stages = readDockerfile(dockerfile);
  const all = stages.flatMap(({ instructions }) => instructions);

  it('begins with images that nobody can change afterwards, and fetches nothing else', () => {
    const images = imagesOf(stages);
    expect(images.length).toBe(2);
    for (const name of images) expect(name).toMatch(/^[\w./]+:v?\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$/);
    expect(dockerfile).not.toMatch(/\b(?:ADD|apk|curl|wget)\b/);
  });

  it('is sactl alone where no target is named; the other target adds kubectl and nothing else', () => {
    expect(stages.at(-1)).toEqual({ base: 'alone', name: 'sactl', instructions: [] });
    expect(stages.at(-2)).toEqual({
      base: 'alone',
      name: 'with-kubectl',
      instructions: [{ keyword: 'COPY', flags: { from: 'kubectl' }, text: '/bin/kubectl /usr/local/bin/kubectl' }],
    });
  });

  it('runs no script of a package, and is nobody by name, who may not be there', () => {
    expect(all.filter(({ text }) => /npm (?:ci|install)/.test(text)).map(({ text }) => text)).toEqual([
      'npm ci --ignore-scripts',
    ]);
    expect(all.filter(({ keyword }) => keyword === 'USER').map(({ text }) => text)).toEqual(['10001:10001']);
  });

  it('has nothing secret in the environment, and takes nothing secret to be built', () => {
    const named = [...dockerfile.matchAll(/^(?:ARG|ENV) (\w+)/gm)].map(([, name]) => name);
    expect(named).toEqual(['NODE', 'KUBECTL', 'PATH', 'SACTL_STATE_DIR']);
  });
});
