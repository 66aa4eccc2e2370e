// @module-tag slow
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { augmentSandbox } from '../../src/sandbox/augment/seed.ts';
import { faultEffects } from '../../src/sandbox/faults/fault.ts';
import { sandboxProviders } from '../../src/sandbox/providers.ts';
import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { testContext } from '../harness/context.ts';
import { run, runIn, type Outcome } from '../harness/run.ts';
import { accountsPath, brokenStdout, problems, workFolder } from './support.ts';

async function emptyState(): Promise<{ env: Record<string, string> }> {
  return { env: { SACTL_STATE_DIR: await workFolder() } };
}

describe('--sandbox', () => {
  it('keeps its state from run to run, and sends nothing out', async () => {
    const options = await emptyState();
    const argv = ['sa', 'create', '--name', 'mine', '--sandbox', '-q', '.profile, .credential.value'];
    const created = await run(argv, options);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(/^sandbox\n\S{100,}\n$/);
    const listed = await run(['sa', 'list', '--search', 'mine', '-q', '.[].name'], {
      env: { ...options.env, SACTL_SANDBOX: '1' },
    });
    expect(listed).toEqual({ code: 0, stdout: 'mine\n', stderr: '' });
  });

  it('is put back by reset', async () => {
    const options = await emptyState();
    await run(['sa', 'delete', '--id', 'scratch', '--yes', '--sandbox'], options);
    expect(await run(['sandbox', 'reset'], options)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'sactl: the sandbox is as on its first day\n',
    });
    const found = await run(['sa', 'get', '--id', 'scratch', '--sandbox', '-q', '.name'], options);
    expect(found).toEqual({ code: 0, stdout: 'scratch\n', stderr: '' });
    const logged = await run(['audit', 'list', '--sandbox', '-q', 'length'], options);
    const note = '[sandbox] sactl: nothing was changed from this machine yet\n';
    expect(logged).toEqual({ code: 0, stdout: '0\n', stderr: note });
    const quiet = await run(['sandbox', 'reset', '--quiet'], options);
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says on every line of stderr, and in JSON, that it is not real', async () => {
    const options = await emptyState();
    const argv = ['sa', 'get', '--id', 'nobody', '--sandbox'];
    const { code, stderr } = await run(argv, options);
    expect(code).toBe(3);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^\[sandbox\] /);
    const json = await run([...argv, '--json'], options);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'not_found' }, sandbox: true });
    const dry = await run(['sa', 'delete', '--id', 'scratch', '--dry-run', '--sandbox', '-q', '.sandbox'], options);
    expect(dry.stdout).toBe('true\n');
  });

  it.each([
    [['--sandbox', '--profile', 'x'], {}],
    [['--sandbox', '--endpoint', 'https://example.com'], {}],
    [['--profile', 'x'], { SACTL_SANDBOX: '1' }],
  ])('goes with no real connection: %j %j', async (argv, env) => {
    const state = await emptyState();
    const { code, stdout, stderr } = await run(['whoami', ...argv], { env: { ...state.env, ...env } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/does not go with the sandbox/);
  });
});

interface Served {
  /** What it printed for clients. */
  readonly script: string;
  /** The variables that a shell has when it has run that. */
  readonly env: Record<string, string>;
  readonly stderr: () => string;
  readonly interrupt: () => Promise<Outcome>;
}

/** `sandbox serve` on a free port, once it answers. */
async function serve(...flags: readonly string[]): Promise<Served> {
  const controller = new AbortController();
  const context = testContext({ ...(await emptyState()), signal: controller.signal });
  const outcome = runIn(context, ['sandbox', 'serve', '--port', '0', ...flags]);
  await expect.poll(context.stderr).toMatch(/until Ctrl-C\n$/);
  return {
    script: context.stdout(),
    env: sourced(context.stdout()),
    stderr: context.stderr,
    interrupt: () => {
      controller.abort();
      return outcome;
    },
  };
}

/** The variables that `script` exports, in its order, as a program has them that a shell starts after it. */
function sourced(script: string): Record<string, string> {
  const shell = ['-c', `set -eu\n${script}\nexec "$0" -p 'JSON.stringify(process.env)'`];
  const output = execFileSync('/bin/sh', [...shell, process.execPath], { env: {} }).toString();
  const env = JSON.parse(output) as Record<string, string>;
  const names = [...script.matchAll(/^export (\w+)=/gm)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}

describe('sandbox serve', () => {
  it('prints what a client needs, and answers until the interrupt', async () => {
    const { env, interrupt } = await serve();
    expect(Object.keys(env)).toEqual([
      'NSCALE_IDENTITY_SERVICE_API_ENDPOINT',
      'NSCALE_SERVICE_TOKEN',
      'NSCALE_ORGANIZATION_ID',
      'RUNAI_BASE_URL',
      'RUNAI_CLIENT_ID',
      'RUNAI_CLIENT_SECRET',
      'AUGMENT_SESSION_AUTH',
    ]);
    for (const [provider, name] of [
      ['nscale', 'scratch'],
      ['runai', 'ci-vision'],
    ] as const) {
      const argv = ['sa', 'get', '--provider', provider, '--id', name, '-q', '.name'];
      const client = await run(argv, { env, fetch: (input, init) => fetch(input, init) });
      expect(client).toEqual({ code: 0, stdout: `${name}\n`, stderr: '' });
    }
    expect((await interrupt()).code).toBe(0);
    await expect(fetch(env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT'] ?? '')).rejects.toThrow('fetch failed');
  });

  it('prints the session of Augment as a shell takes it, and how to name its endpoint', async () => {
    const { env, script, interrupt } = await serve();
    expect(JSON.parse(env['AUGMENT_SESSION_AUTH'] ?? '')).toEqual({
      accessToken: augmentSandbox.reviewer.value,
      tenantURL: augmentSandbox.tenantURL,
      scopes: ['read', 'write'],
    });
    const endpoint = /^# augment: add --endpoint (http:\S+\/augment)$/m.exec(script)?.[1] ?? '';
    const headers = { authorization: `Bearer ${augmentSandbox.reviewer.value}` };
    expect((await fetch(`${endpoint}/analytics/v0/dau-count`, { headers })).status).toBe(200);
    await interrupt();
  });

  it('goes on when nobody reads what it prints', async () => {
    const options = { ...(await emptyState()), signal: AbortSignal.abort() };
    const argv = ['sandbox', 'serve', '--port', '0', '--quiet'];
    const outcome = await run(argv, { ...options, stdout: brokenStdout('EPIPE') });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['-1', '65536', 'http', ''])('refuses port "%s"', async (port) => {
    expect(await run(['sandbox', 'serve', `--port=${port}`])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: --port "${port}" must be a whole number from 0 to 65535\n`,
    });
  });

  it('refuses flags that it cannot honour', async () => {
    const { code, stderr } = await run(['sandbox', 'serve', '--json', '--dry-run']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message: '--json does nothing with "sactl sandbox serve"; --dry-run does nothing with "sactl sandbox serve"',
      },
    });
  });
});

describe('sandbox serve --control-plane', () => {
  it.each([
    ['2.20', 404, 200, 404],
    ['2.23', 404, 200, 404],
    ['2.24', 200, 200, 404],
    ['3.0', 200, 404, 200],
  ])('%s answers as that version does', async (version, accounts, apps, minimal) => {
    const { env, interrupt } = await serve('--control-plane', version);
    const endpoint = env['RUNAI_BASE_URL'] ?? '';
    const { RUNAI_CLIENT_ID: clientID, RUNAI_CLIENT_SECRET: clientSecret } = env;
    const answer = await fetch(`${endpoint}/api/v1/token`, {
      method: 'POST',
      body: JSON.stringify({ grantType: 'client_credentials', clientID, clientSecret }),
    });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    const headers = { authorization: `Bearer ${accessToken}` };
    const statuses: number[] = [];
    for (const path of ['service-accounts', 'apps', 'clusters/minimal']) {
      statuses.push((await fetch(`${endpoint}/api/v1/${path}`, { headers })).status);
    }
    expect(statuses).toEqual([accounts, apps, minimal]);
    const argv = ['sa', 'get', '--provider', 'runai', '--id', 'ci-vision', '-q', '.name'];
    const client = await run(argv, { env, fetch: (input, init) => fetch(input, init) });
    expect(client).toEqual({ code: 0, stdout: 'ci-vision\n', stderr: '' });
    await interrupt();
  });

  it('takes faults as that version has requests', async () => {
    const { env, interrupt } = await serve('--control-plane', '2.23', '--fault', 'runai.token=503@1');
    const endpoint = env['RUNAI_BASE_URL'] ?? '';
    const statuses: number[] = [];
    for (const version of ['v2', 'v1', 'v1']) {
      statuses.push((await fetch(`${endpoint}/api/${version}/token`, { method: 'POST' })).status);
    }
    expect(statuses).toEqual([404, 503, 400]);
    await interrupt();
  });

  it.each(['2.21', '', 'latest'])('refuses "%s", and names those there are', async (version) => {
    expect(await run(['sandbox', 'serve', `--control-plane=${version}`])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `sactl: --control-plane "${version}" must be one of 2.20, 2.23, 2.24, 3.0\n` +
        'hint: sactl sandbox serve --help\n',
    });
  });

  it('is no flag of other commands', async () => {
    const { code, stdout, stderr } = await run(['sa', 'list', '--sandbox', '--control-plane', '3.0']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("unknown option '--control-plane'");
  });
});

describe('sandbox serve --fault', () => {
  it('says what is armed, and does it', async () => {
    const { env, stderr, interrupt } = await serve(
      '--fault',
      'nscale.list=drop-before-commit@2',
      '--fault=runai.token=expired',
    );
    expect(stderr()).toMatch(/^sactl: faults are armed: nscale\.list=drop-before-commit@2, runai\.token=expired\n/);
    const url = `${env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT']}${accountsPath}`;
    const headers = { authorization: `Bearer ${env['NSCALE_SERVICE_TOKEN']}` };
    expect((await fetch(url, { headers })).status).toBe(200);
    await expect(fetch(url, { headers })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    const token = await fetch(`${env['RUNAI_BASE_URL']}/api/v2/token`, { method: 'POST' });
    expect(token.status).toBe(401);
    await interrupt();
  });

  it('ends at once although a client waits for a slow answer', async () => {
    const { env, interrupt } = await serve('--fault', 'nscale.rotate=slow');
    const url = `${env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT']}${accountsPath}`;
    const headers = { authorization: `Bearer ${env['NSCALE_SERVICE_TOKEN']}` };
    async function list(): Promise<string> {
      return (await fetch(url, { headers })).text();
    }
    const before = await list();
    const rotation = `${url}/${accountIds.ciDeploy}/rotate`;
    const answer = fetch(rotation, { method: 'POST', headers }).catch((error: unknown) => error);
    await expect.poll(list).not.toBe(before);
    expect((await interrupt()).code).toBe(0);
    expect(await answer).toBeInstanceOf(TypeError);
  });

  // docs/faults.md
  it('lets a pipeline rehearse the loss of an answer', async () => {
    const { env, interrupt } = await serve('--fault', 'nscale.rotate=drop-after-commit@1');
    const cwd = await workFolder();
    const argv = ['sa', 'rotate', '--provider', 'nscale', '--id', 'ci-deploy', '--yes'];
    const outcome = await run([...argv, '--to', 'file:token', '-q', '.reissued'], {
      cwd,
      env: { ...env, SACTL_STATE_DIR: await workFolder() },
      fetch: (input, init) => fetch(input, init),
    });
    expect(outcome).toMatchObject({ code: 0, stdout: 'true\n' });
    const token = await readFile(join(cwd, 'token'), 'utf8');
    const endpoint = env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT'] ?? '';
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${endpoint}/api/v1/organizations`, { headers })).status).toBe(200);
    await interrupt();
  });

  it('refuses all that is wrong, with the port', async () => {
    const argv = ['sandbox', 'serve', '--port=x', '--fault=aws.list=503', '--fault=runai.list=slow@0'];
    expect(await run(argv)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        '--port "x" must be a whole number from 0 to 65535',
        '--fault "aws.list=503": the provider must be one of nscale, runai, augment',
        '--fault "runai.list=slow@0": what follows @ is the number of one request, from 1',
      ]),
    });
  });

  it('is explained by the help', async () => {
    const { code, stdout } = await run(['sandbox', 'serve', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain("$ sactl sandbox serve --fault 'nscale.rotate=drop-after-commit@1'");
    for (const [name, effect] of Object.entries(faultEffects)) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +${effect}$`, 'm'));
    }
    for (const operation of sandboxProviders.runai.faults.operations) expect(stdout).toContain(operation);
    for (const name of Object.keys(sandboxProviders)) expect(stdout).toContain(name);
  });
});
