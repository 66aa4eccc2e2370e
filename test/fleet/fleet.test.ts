import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { refusedByAny } from '../harness/refusal.ts';
import { issuingProviders as providers } from '../harness/providers.ts';
import type { Fetch } from '../harness/fetch.ts';
import type { Outcome } from '../harness/run.ts';
import { run as runAlone } from '../harness/run.ts';
import { disagreements, itemsOf } from './agreement.ts';
import { createWorld, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];
const all = [...rotate, '--provider', 'all', '--all'];

/** Every request to these providers is refused. */
function refusing(...names: readonly string[]): WorldOptions {
  return {
    providers,
    accounts: 2,
    network: (fetch: Fetch) => (input, init) =>
      names.some((name) => new Request(input, init).url.includes(name))
        ? Promise.resolve(refusedByAny())
        : fetch(input, init),
  };
}

function lastError({ stderr }: Outcome): unknown {
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
}

describe('--provider all', () => {
  it('rotates the accounts of every provider, and reports them in one', async () => {
    const world = createWorld({ providers, accounts: 3 });
    const run = await world.run(all);
    expect({ code: run.code, wrong: disagreements(world, run) }).toEqual({ code: 0, wrong: [] });
    expect(
      itemsOf(run)
        .map(({ kind, provider, name }) => `${kind} ${provider} ${name}`)
        .toSorted(),
    ).toEqual([
      'rotated nscale app-001',
      'rotated nscale app-002',
      'rotated nscale app-003',
      'rotated runai app-001',
      'rotated runai app-002',
      'rotated runai app-003',
      'skipped runai sandbox-administrator',
    ]);
  });

  it('is exit 6 when one of them does not show its accounts, and the others are rotated', async () => {
    const world = createWorld(refusing('nscale'));
    const run = await world.run(all);
    expect(run.code).toBe(6);
    expect(itemsOf(run).map(({ kind, provider, id, exitCode }) => [kind, provider, id, exitCode])).toEqual([
      ['rotated', 'runai', 'c0000000-0000-4000-8000-000000000001', 0],
      ['rotated', 'runai', 'c0000000-0000-4000-8000-000000000002', 0],
      ['skipped', 'runai', '0b6f2c1e-7a43-4d0e-9a35-61f0c2b7d201', 0],
      ['failed', 'nscale', null, 4],
    ]);
    expect(run.stderr.split('\n')[0]).toMatch(/^sactl: no accounts of nscale: .*nscale answered 401/);
    expect(lastError(run)).toMatchObject({
      error: {
        code: 'partial',
        message: expect.stringMatching(/^2 of 2 accounts were rotated; no accounts of nscale: /),
      },
    });
  });

  it('fails as that one did when nothing of the others was due', async () => {
    const world = createWorld(refusing('nscale'));
    const run = await world.run([...rotate, '--provider', 'all', '--match', 'nobody']);
    expect(run.code).toBe(4);
    expect(lastError(run)).toMatchObject({
      error: { message: expect.stringMatching(/^0 of 0 accounts were rotated; no accounts of nscale: /) },
    });
  });

  it('says of all of them why when none shows its accounts, and nothing is sent', async () => {
    const world = createWorld(refusing('nscale', 'runai'));
    const run = await world.run(all);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 4, stdout: '' });
    expect(lastError(run)).toMatchObject({
      error: {
        code: 'unauthenticated',
        message: expect.stringMatching(/^no accounts of nscale: .*; no accounts of runai: /),
      },
    });
    expect(world.mutations()).toEqual([]);
  });

  it('needs a credential', async () => {
    const run = await runAlone(all);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 4, stdout: '' });
    expect(run.stderr).toContain('no credential found');
  });
});

/** Loses every answer that would bring a secret of Run:ai, after the server has done its work. */
function losingSecrets(fetch: Fetch): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith('/secret')) return fetch(request);
    await fetch(request);
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
  };
}

describe('commands in a report', () => {
  it('mean the connection of the account they are about', async () => {
    const world = createWorld({ providers, accounts: 1, network: losingSecrets });
    const run = await world.run([...all, '--no-reissue']);
    const hint =
      'rotate again: sactl serviceaccounts rotate --id c0000000-0000-4000-8000-000000000001 --provider runai';
    expect(itemsOf(run).find(({ kind }) => kind === 'failed')?.error?.hint).toBe(hint);
    const { code, error } = { code: run.code, error: JSON.stringify(lastError(run)) };
    expect({ code, isTwice: error.includes('rotate again') }).toEqual({ code: 7, isTwice: false });
    expect(error).toContain('go on with what is left: sactl serviceaccounts rotate --provider all --id c0000000');
  });

  it('mean all accounts that were left without a credential', async () => {
    const world = createWorld({ providers: ['runai'], accounts: 2, network: losingSecrets });
    const run = await world.run([...all, '--no-reissue']);
    expect({ code: run.code, error: lastError(run) }).toMatchObject({
      code: 7,
      error: { error: { hint: 'run this again; "sactl recover list" shows what was lost' } },
    });
  });
});

/** Two organizations' worth of profiles for one server. */
function configured(world: World): { env: Record<string, string> } {
  const { nscale, runai } = world.servers;
  const path = join(world.folder, 'config.json');
  writeFileSync(join(world.folder, 'nscale.credential'), nscale?.env['NSCALE_SERVICE_TOKEN'] ?? '');
  writeFileSync(join(world.folder, 'runai.credential'), runai?.env['RUNAI_CLIENT_SECRET'] ?? '');
  const profiles = {
    prod: {
      provider: 'nscale',
      endpoint: nscale?.endpoint,
      credential: { file: join(world.folder, 'nscale.credential') },
    },
    gpu: {
      provider: 'runai',
      endpoint: runai?.endpoint,
      clientId: runai?.env['RUNAI_CLIENT_ID'],
      credential: { file: join(world.folder, 'runai.credential') },
    },
    other: { provider: 'nscale', endpoint: 'https://127.0.0.1:1', credential: { env: 'NOTHING' } },
  };
  writeFileSync(path, JSON.stringify({ profiles }), { mode: 0o600 });
  const none = { NSCALE_SERVICE_TOKEN: '', RUNAI_CLIENT_ID: '', RUNAI_CLIENT_SECRET: '' };
  return { env: { SACTL_CONFIG: path, ...none } };
}

describe('several --profile', () => {
  it('are rotated together, and no others', async () => {
    const world = createWorld({ providers, accounts: 2 });
    const argv = ['--profile', 'prod', '--profile', 'gpu', '--match', 'app-*'];
    const target = ['sa', 'rotate', '--to', 'file:tokens/{profile}-{name}', '--yes', '--json'];
    const run = await world.run([...target, ...argv], configured(world));
    expect(run.code).toBe(0);
    expect(
      itemsOf(run)
        .map(({ profile, name }) => `${profile} ${name}`)
        .toSorted(),
    ).toEqual(['gpu app-001', 'gpu app-002', 'prod app-001', 'prod app-002']);
    expect(readFileSync(join(world.folder, 'tokens/gpu-app-002'), 'utf8')).toMatch(/^issued\.runai\./);
  });

  it('one of which has no credential cost its own accounts only', async () => {
    const world = createWorld({ providers, accounts: 1 });
    const argv = ['--profile', 'prod', '--profile', 'other', '--all'];
    const run = await world.run([...rotate, ...argv], configured(world));
    expect(run.code).toBe(6);
    expect(run.stderr).toContain('sactl: no accounts of nscale (profile other): ');
    expect(itemsOf(run)).toMatchObject([
      { kind: 'rotated', profile: 'prod' },
      { kind: 'failed', profile: 'other', id: null, exitCode: 4 },
    ]);
  });
});

describe('in the sandbox', () => {
  it('every line and every report says so', async () => {
    const world = createWorld();
    const argv = ['sa', 'rotate', '--provider', 'all', '--match', '{terraform,ci-*}', '--yes', '--sandbox'];
    const to = ['--to', 'file:{provider}-{name}', '--report', 'report.json'];
    const run = await runAlone([...argv, ...to, '--json'], { cwd: world.folder });
    expect(run.code).toBe(0);
    expect(run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('[sandbox] '))).toEqual([]);
    expect(JSON.parse(run.stdout)).toMatchObject({ sandbox: true });
    const report = readFileSync(join(world.folder, 'report.json'), 'utf8');
    expect(JSON.parse(report)).toMatchObject({ sandbox: true });
    expect(itemsOf(run).map(({ profile }) => profile)).toEqual(Array(5).fill('sandbox'));
  });
});
