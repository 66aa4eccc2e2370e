// @module-tag slow
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { startProgram, type Environment } from '../commands/built-program.ts';
import { root } from './npm.ts';
import { itIsSactl, type Installed } from './smoke.ts';

// `npm test` builds one from the Node that runs it; the release workflow names the one that it gives away.
const { SACTL_EXECUTABLE: given } = process.env;

/** Whether this Node can carry a program; those of some Linux distributions cannot. */
async function canCarry(): Promise<boolean> {
  return (await readFile(process.execPath)).includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2');
}

/** Whether there is the Linux program that gives another one a terminal. */
const hasTerminals = process.platform === 'linux' && existsSync('/usr/bin/script');

describe.runIf(given !== undefined || (await canCarry()))('the executable', () => {
  let folder = '';
  let executable = given === undefined ? '' : resolve(given);
  beforeAll(async () => {
    if (given !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'sactl-'));
    const argv = ['scripts/sea.js', '--out', folder, '--node-license', 'LICENSE'];
    await promisify(execFile)(process.execPath, argv, { cwd: root });
    executable = join(folder, process.platform === 'win32' ? 'sactl.exe' : 'sactl');
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const installed = itIsSactl(() => [executable]);
  const { home, run, start } = installed;

  it('comes with the licences of all that is in it, and says what that is', async () => {
    const [ours, theirs, bill] = await Promise.all(
      ['LICENSE', 'THIRD_PARTY_LICENSES', 'sbom.cdx.json'].map((name) =>
        readFile(join(executable, '..', name), 'utf8'),
      ),
    );
    expect(ours).toBe(await readFile(join(root, 'LICENSE'), 'utf8'));
    expect(theirs).toMatch(/^node \d+\.\d+\.\d+: MIT$/m);
    const bom = JSON.parse(bill ?? '') as { components: { purl: string }[] };
    expect(bom.components.map(({ purl }) => purl)).toContainEqual(
      expect.stringMatching(/^pkg:generic\/node@\d+\.\d+\.\d+$/),
    );
  });

  it('reads a document from a pipe', async () => {
    const line = 'sa create --sandbox --stdin -q .name,.credential.value';
    const { child, ended } = start(line.split(' '));
    child.stdin.end('name: piped\n');
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^piped\n\S+\n$/) });
  });

  it.runIf(hasTerminals)('asks at a terminal', async () => {
    const line = `${executable} sa delete --sandbox --id scratch`;
    const { child, ended } = startProgram('script', ['-qec', line, '/dev/null'], { home: home(), env: {} });
    child.stdout.once('data', () => child.stdin.end('y\n'));
    expect((await ended).code).toBe(0);
    expect((await run('sa get --sandbox --id scratch')).code).toBe(3);
  });

  it('serves the sandbox, trusts a CA that is named, and starts programs of the user', async () => {
    const env = await served(installed);
    const ca = join(home(), 'ca.pem');
    await writeFile(ca, rootCertificates[0] ?? '');
    const taker = join(home(), 'taker.cjs');
    await writeFile(taker, `process.stdin.pipe(require('node:fs').createWriteStream('taken'))`);
    const target = `exec:${process.execPath} ${taker}`;
    const argv = 'sa rotate --provider nscale --id ci-deploy --yes --ca-cert'.split(' ');
    const rotation = start([...argv, ca, '--to', target, '-q', '.verified'], env);
    expect(await rotation.ended).toEqual({ code: 0, signal: null, stdout: 'true\n', stderr: '' });
    expect(await readFile(join(home(), 'taken'), 'utf8')).toMatch(/^\S{100,}$/);
  });
});

/** Serves the sandbox until the test ends; what it prints for other programs to find it. */
async function served({ start }: Installed): Promise<Environment> {
  const { child, ended } = start('sandbox serve --port 0'.split(' '));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  let printed = '';
  child.stdout.on('data', (data) => (printed += String(data)));
  await once(child.stderr, 'data');
  return Object.fromEntries(
    [...printed.matchAll(/^export (NSCALE_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}
