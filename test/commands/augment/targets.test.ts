// @module-tag slow
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  docs,
  fingerprintOf,
  reviewer,
  seedInventory,
  sessionOf,
  signIn,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import { workshop } from '../../delivery/programs/fakes.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const fresh = 'a-new-token';
const session = sessionOf(fresh);
const auggies = '.augment/session.json';
const rotate = ['sa', 'rotate', '--id', reviewer.account, '--token', 'second', '--stdin', '--yes'];

/** A machine that has the reviewer recorded, and a new token for it. */
function machine(): AugmentDeployment {
  const deployment = deploy({ inventory: seedInventory() });
  deployment.issuance({ token: 'second', value: fresh });
  return deployment;
}

const shadow = `sactl: AUGMENT_SESSION_AUTH is set: Auggie reads it instead of`;

/** Rotates to one target, and gives the folder that files are in. */
async function deliver(target: string, env: Record<string, string> = {}): Promise<string> {
  const cwd = await workFolder({ '.env': 'A=1\n', env: '' });
  const stdin = `${JSON.stringify(JSON.parse(session), null, 2)}\n`;
  const outcome = await machine().run([...rotate, '--to', target, '-q', '.deliveredTo[].target'], {
    cwd,
    stdin,
    env: { GITHUB_ACTIONS: '', GITHUB_ENV: join(cwd, 'env'), ...env },
  });
  expect(outcome).toMatchObject({ code: 0, stdout: `${target}\n` });
  return cwd;
}

describe('the whole session goes, as one line,', () => {
  it('to file:', async () => {
    const cwd = await deliver('file:out');
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(session);
  });

  it('to session:', async () => {
    const cwd = await deliver('session:out');
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(session);
  });

  it('to dotenv:, where it can be read back', async () => {
    const cwd = await deliver('dotenv:.env#AUGMENT_SESSION_AUTH');
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(`A=1\nAUGMENT_SESSION_AUTH='${session}'\n`);
  });

  it('to github-env:', async () => {
    const cwd = await deliver('github-env:AUGMENT_SESSION_AUTH');
    const [first = '', ...rest] = (await readFile(join(cwd, 'env'), 'utf8')).split('\n');
    const end = /^AUGMENT_SESSION_AUTH<<(\S+)$/.exec(first)?.[1];
    expect(rest).toEqual([session, end, '']);
  });

  it('to gh-secret:', async () => {
    const shop = await workshop();
    onTestFinished(() => shop.remove());
    await shop.fake('gh');
    await deliver('gh-secret:acme/app#AUGMENT_SESSION_AUTH', { PATH: shop.bin });
    const calls = (await shop.calls()).map(({ argv, input }) => ({ argv, input }));
    expect(calls.at(-1)).toEqual({
      argv: ['secret', 'set', 'AUGMENT_SESSION_AUTH', '--repo', 'acme/app'],
      input: session,
    });
  });

  it('but file+json: is given the credential, with the token alone', async () => {
    const cwd = await deliver('file+json:out');
    expect(JSON.parse(await readFile(join(cwd, 'out'), 'utf8'))).toEqual({
      kind: 'api-token',
      value: fresh,
      clientId: null,
      expiresAt: null,
      fingerprint: fingerprintOf(session),
    });
  });
});

describe('without --to', () => {
  it('a rotation goes to Auggie’s own file, when that holds a recorded token', async () => {
    const deployment = machine();
    const path = signIn(deployment, sessionOf(reviewer.value));
    const { code, stdout, stderr } = await deployment.run([...rotate, '--json'], { stdin: session });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      deliveredTo: [{ target: `session:~/${auggies}`, ok: true }],
      actionsRequired: [{ goal: expect.stringContaining(`"${reviewer.token}"`) as string }],
    });
    expect(stderr).toContain(`${shadow} session:~/${auggies}`);
    expect(await readFile(path, 'utf8')).toBe(session);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    // Of two recorded tokens by now, it holds one.
    deployment.issuance({ token: 'third', value: 'a-third-token' });
    const again = rotate.map((word) => (word === 'second' ? 'third' : word));
    const third = await deployment.run([...again, '-q', '.deliveredTo[].target'], {
      stdin: sessionOf('a-third-token'),
    });
    expect({ code: third.code, stdout: third.stdout }).toEqual({ code: 0, stdout: `session:~/${auggies}\n` });
  });

  it.each([
    ['somebody else’s token', sessionOf('a-personal-token')],
    ['the token of another account', sessionOf('sandbox-docs-writer-token')],
    ['no session', 'not JSON'],
  ])('a rotation is refused when that holds %s', async (_, text) => {
    const deployment = machine();
    const path = signIn(deployment, text);
    const outcome = await deployment.run(rotate, { stdin: session });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('--to is missing: say where the new session goes');
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(deployment.requests).toEqual([]);
  });

  it('a new account and a new token go nowhere, not even to stdout', async () => {
    const deployment = machine();
    signIn(deployment, sessionOf(reviewer.value));
    const create = `tokens create --id ${reviewer.account} --token second --stdin --json`;
    const { code, stdout, stderr } = await deployment.run(create.split(' '), { stdin: session });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      credential: { value: null },
      deliveredTo: [],
      recoverId: null,
      actionsRequired: [],
    });
  });
});

describe('session:', () => {
  it('warns only where AUGMENT_SESSION_AUTH is what Auggie reads', async () => {
    const cwd = await workFolder();
    const deployment = machine();
    signIn(deployment, sessionOf(reviewer.value));
    const flags = '--to session:out --dry-run --json --provider augment';
    const argv = [...rotate, ...flags.split(' ')];
    const set = await deployment.run(argv, { cwd, stdin: session });
    expect(set).toMatchObject({
      code: 0,
      stderr: `${shadow} session:out, and deletes its own session file when that one is refused\n`,
    });
    for (const value of [undefined, ' ']) {
      const env = { AUGMENT_SESSION_AUTH: value };
      const unset = await deployment.run(argv, { cwd, stdin: session, env });
      expect(unset).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('refuses a symbolic link, and touches nothing', async () => {
    const cwd = await workFolder({ real: sessionOf(reviewer.value) });
    await symlink(join(cwd, 'real'), join(cwd, 'link'));
    const deployment = machine();
    const outcome = await deployment.run([...rotate, '--to', 'session:link'], { cwd, stdin: session });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(deployment.requests).toEqual([]);
    expect(await readFile(join(cwd, 'real'), 'utf8')).toBe(sessionOf(reviewer.value));
  });

  it('does not back up what is no session', async () => {
    const cwd = await workFolder({ out: 'notes of mine' });
    const deployment = machine();
    const { code } = await deployment.run([...rotate, '--to', 'session:out'], { cwd, stdin: session });
    expect(code).toBe(0);
    await expect(stat(join(deployment.stateDirectory, 'backups'))).rejects.toThrow('ENOENT');
  });

  it('backs up a session behind a byte order mark, which Auggie does not read', async () => {
    const cwd = await workFolder({ out: `\uFEFF${sessionOf(reviewer.value)}` });
    const deployment = machine();
    await deployment.run([...rotate, '--to', 'session:out'], { cwd, stdin: session });
    expect(await readdir(join(deployment.stateDirectory, 'backups'))).toHaveLength(1);
  });

  it('backs up a session that it gets over twice, each under its own name', async () => {
    const cwd = await workFolder();
    const out = join(cwd, 'out');
    await writeFile(out, sessionOf(reviewer.value));
    const deployment = machine();
    const to = ['--to', 'session:out'];
    await deployment.run([...rotate, ...to], { cwd, stdin: session });
    const third = deployment.issuance({ token: 'third' });
    const again = rotate.map((word) => (word === 'second' ? 'third' : word));
    expect((await deployment.run([...again, ...to], { cwd, stdin: third })).code).toBe(0);
    for (const text of [sessionOf(reviewer.value), session]) {
      const name = `${fingerprintOf(text).replace(':', '-')}.json`;
      const kept = await readFile(join(deployment.stateDirectory, 'backups', name), 'utf8');
      expect(JSON.parse(kept)).toEqual({ path: out, target: `session:${out}`, session: text });
    }
  });
});

it('a filter is tried on a result before a token is looked at', async () => {
  const deployment = machine();
  const outcome = await deployment.run([...rotate, '--to', 'file:out', '-q', '.name.x'], { stdin: session });
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(deployment.requests).toEqual([]);
});

it('a delivery that fails leaves the session in the journal, and recover delivers all of it', async () => {
  const cwd = await workFolder();
  const folder = join(cwd, 'folder');
  await mkdir(folder);
  const deployment = deploy({
    inventory: seedInventory(),
    // Between the trial of the targets and the delivery.
    intercept: async (request, next) => {
      await rm(folder, { recursive: true, force: true });
      return next(request);
    },
  });
  deployment.issuance({ token: 'second', value: fresh });
  const failed = await deployment.run([...rotate, '--to', 'file:folder/out'], { cwd, stdin: session });
  expect(failed.code).toBe(8);
  expect(failed.stderr).toContain('hint: fix what it reports, then: sactl recover deliver --id ');
  const { stdout } = await deployment.run(['recover', 'list', '-q', '.[].id']);
  const recover = ['recover', 'deliver', '--id', stdout.trim(), '--to', 'file:out', '--yes'];
  expect((await deployment.run(recover, { cwd })).code).toBe(0);
  expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(session);
  expect((await deployment.run(['recover', 'list', '-q', 'length'])).stdout).toBe('0\n');
});

/** A profile that signs in with this session. */
async function withProfile(own: string): Promise<{ path: string; env: Record<string, string> }> {
  const folder = await workFolder({ session: own });
  const path = join(folder, 'session');
  await chmod(path, 0o600);
  const profiles = { work: { provider: 'augment', credential: { file: path } } };
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ profiles }), { mode: 0o600 });
  return { path, env: { SACTL_CONFIG: config, SACTL_PROFILE: 'work' } };
}

describe('profile', () => {
  // The old token works on, so that nothing is at stake that --allow-self would be needed for.
  it('is replaced when it is signed in with a token of the account', async () => {
    const deployment = machine();
    const { path, env } = await withProfile(sessionOf(reviewer.value));
    const argv = [...rotate, '--to', 'profile', '-q', '.deliveredTo[].target'];
    const { code, stdout } = await deployment.run(argv, { env, stdin: session });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'profile\n' });
    expect(await readFile(path, 'utf8')).toBe(session);
  });

  it('is not for another account', async () => {
    const deployment = machine();
    const { path, env } = await withProfile(sessionOf(docs.value));
    const { code, stderr } = await deployment.run([...rotate, '--to', 'profile'], { env, stdin: session });
    expect(code).toBe(2);
    expect(stderr).toContain('this is another one');
    expect(await readFile(path, 'utf8')).toBe(sessionOf(docs.value));
  });
});
