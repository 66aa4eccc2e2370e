import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { runaiEndpoint, runaiSandboxClients, useRunai, type RunaiDeployment } from '../../harness/runai.ts';
import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { faults, lost } from '../faults.ts';
import { journalOf } from './journal.ts';
import { accounts, ciVision } from './paths.ts';

const deploy = useRunai();
const { clientId, clientSecret } = runaiSandboxClients.administrator;
const own = ['sa', 'rotate', '--id', clientId, '--yes'];
const other = ['sa', 'rotate', '--id', ciVision.name, '--yes'];
const asText = ['--format', 'yaml'];
const durable =
  'file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op';
const lostForGood =
  'rotate again: sactl serviceaccounts rotate --id ' +
  `${runaiAccountIds.administrator}; if this credential is dead, only an administrator can do that`;

/** The lines of stderr that say who it is, and what is missing. */
function refusal(who: string): string {
  return `sactl: ${who}: give a durable --to (${durable})\nsactl: ${who}: --allow-self is missing\n`;
}

async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'sactl-')));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A deployment where this token is the administrator's, and an environment with nothing but it. */
async function withToken(): Promise<{
  readonly deployment: RunaiDeployment;
  readonly env: Record<string, string | undefined>;
}> {
  const deployment = deploy({ newToken: () => 'a.b.c', newSecret: () => 'new-secret' });
  await deployment.run(['whoami', '--json']);
  const none = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined };
  return { deployment, env: { ...none, RUNAI_TOKEN: 'a.b.c' } };
}

describe('the account that sactl signs in with', () => {
  const who = 'this is the account that sactl signs in with';

  test('is told by the client id, and needs a place and a permission', async () => {
    const deployment = deploy();
    expect(await deployment.run([...own, ...asText])).toEqual({ code: 2, stdout: '', stderr: refusal(who) });
    expect(deployment.mutations()).toEqual([]);
  });

  test.each([
    ['a place', ['--allow-self'], `sactl: ${who}: give a durable --to (${durable})\n`],
    ['a permission', ['--to', 'file:secret'], `sactl: ${who}: --allow-self is missing\n`],
  ])('needs %s still', async (_, flags, stderr) => {
    const deployment = deploy();
    const outcome = await deployment.run([...own, ...asText, ...flags], { cwd: await folder() });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr });
    expect(deployment.mutations()).toEqual([]);
  });

  test('is another one for any other client id', async () => {
    const deployment = deploy({ newSecret: () => 'new-secret' });
    expect((await deployment.run([...other, '-q', '.credential.value'])).code).toBe(0);
  });

  test('is not given a third chance when the answer is lost: its old secret is dead', async () => {
    const fault = { method: 'POST', path: '/secret', done: true, answer: lost };
    const deployment = deploy({ intercept: faults(fault) });
    const argv = [...own, ...asText, '--allow-self', '--to', 'file:secret'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd: await folder() });
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain(`hint: ${lostForGood}\n`);
    expect(deployment.mutations()).toEqual([`POST ${accounts}/${runaiAccountIds.administrator}/secret`]);
    expect(deployment.tokenRequests).toEqual(['POST /api/v2/token', 'POST /api/v2/token']);
  });

  test('is issued another when nothing was done, because its old secret works on', async () => {
    const fault = { method: 'POST', path: '/secret', hits: [1], answer: lost };
    const deployment = deploy({ newSecret: () => 'new-secret', intercept: faults(fault) });
    const cwd = await folder();
    const argv = [...own, '--allow-self', '--to', 'file:secret', '-q', '.reissued,.verified'];
    const { code, stdout } = await deployment.run(argv, { cwd });
    expect([code, stdout]).toEqual([0, 'true\ntrue\n']);
    expect(await readFile(join(cwd, 'secret'), 'utf8')).toBe('new-secret');
  });
});

describe('with RUNAI_TOKEN', () => {
  const who = 'this may be the account that sactl signs in with';

  test.each([
    ['its own', own],
    ['another', other],
  ])('nobody can tell whether it is %s', async (_, argv) => {
    const { deployment, env } = await withToken();
    expect(await deployment.run([...argv, ...asText], { env })).toEqual({ code: 2, stdout: '', stderr: refusal(who) });
    expect(deployment.mutations()).toEqual([]);
  });

  test('it is rotated with a place and a permission', async () => {
    const { deployment, env } = await withToken();
    const cwd = await folder();
    const argv = [...other, '--allow-self', '--to', 'file:secret', '-q', '.verified'];
    expect(await deployment.run(argv, { env, cwd })).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(await readFile(join(cwd, 'secret'), 'utf8')).toBe('new-secret');
    expect(await journalOf(deployment)).toEqual([]);
  });

  test('a create makes another account, which is nobody’s own', async () => {
    const { deployment, env } = await withToken();
    const argv = ['sa', 'create', '--name', 'fresh', '-q', '.credential.value'];
    expect(await deployment.run(argv, { env })).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  });
});

/** A folder with the secret in a file, and a configuration whose profile reads it. */
async function profile(): Promise<{ readonly file: string; readonly env: Record<string, string> }> {
  const directory = await folder();
  const file = join(directory, 'secret');
  await writeFile(file, `${clientSecret}\n`, { mode: 0o600 });
  const gpu = { provider: 'runai', endpoint: runaiEndpoint, clientId, credential: { file } };
  const configuration = join(directory, 'config.json');
  await writeFile(configuration, JSON.stringify({ profiles: { gpu } }));
  return { file, env: { SACTL_CONFIG: configuration, SACTL_PROFILE: 'gpu' } };
}

describe('--to profile', () => {
  test('puts the secret where the next command reads it', async () => {
    const { file, env } = await profile();
    const deployment = deploy({ newSecret: () => 'new-secret' });
    const argv = [...own, '--allow-self', '--to', 'profile', '-q', '.verified,.deliveredTo'];
    expect(await deployment.run(argv, { env })).toEqual({
      code: 0,
      stdout: 'true\n[{"target":"profile","ok":true,"error":null}]\n',
      stderr: '',
    });
    expect(await readFile(file, 'utf8')).toBe('new-secret');
    const next = await deployment.run(['whoami', '-q', '.subject'], { env });
    expect(next).toEqual({ code: 0, stdout: `${clientId}\n`, stderr: '' });
    expect(deployment.mutations()).toHaveLength(1);
  });

  test('is for that account only', async () => {
    const { file, env } = await profile();
    const deployment = deploy();
    expect(await deployment.run([...other, ...asText, '--to', 'profile'], { env })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: --to profile is for the account that sactl signs in with; this is another one\n',
    });
    expect(await readFile(file, 'utf8')).toBe(`${clientSecret}\n`);
    expect(deployment.mutations()).toEqual([]);
  });
});
