// @module-tag slow
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { refusedByAny } from '../../harness/refusal.ts';
import type { Fetch } from '../../harness/fetch.ts';
import { timestamp } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { dayMs } from '../../fleet/servers.ts';
import { createWorld, type World, type WorldOptions } from '../../fleet/world.ts';

const list = ['sa', 'list', '--provider', 'all'];

/** One account of nscale that expires soon, one that has, and one of Run:ai that was used yesterday. */
const mixed: WorldOptions = {
  providers: ['nscale', 'runai'],
  accounts: 2,
  arrange: ({ nscale, runai }) => {
    const expired = nscale?.nscale?.accounts[1];
    if (expired) expired.expiry = timestamp(testNow - dayMs);
    const state = runai?.runai ?? null;
    if (state === null) return;
    state.accounts = state.accounts.slice(1);
    for (const one of state.accounts) one.lastLogin = new Date(testNow - dayMs).toISOString();
  },
};

function refusing(...names: readonly string[]): NonNullable<WorldOptions['network']> {
  return (fetch: Fetch) => (input, init) =>
    names.some((name) => new Request(input, init).url.includes(name))
      ? Promise.resolve(refusedByAny())
      : fetch(input, init);
}

describe('sa list --provider all for people', () => {
  it('shows exact times in a pipe', async () => {
    const { stdout } = await createWorld(mixed).run([...list, '--search', 'app']);
    expect(stdout.split('\n')).toEqual([
      'PROVIDER  NAME     STATUS   EXPIRES               LAST USED             AGE    ID',
      'nscale    app-001  active   2026-11-27T12:00:00Z  -                     <=80d  c0000000-0000-4000-8000-000000000001',
      'nscale    app-002  expired  2026-11-21T12:00:00Z  -                     <=80d  c0000000-0000-4000-8000-000000000002',
      'runai     app-002  active   -                     2026-11-21T12:00:00Z  <=80d  c0000000-0000-4000-8000-000000000002',
      '',
    ]);
  });

  it.each([
    [80, 'PROVIDER +NAME +STATUS +EXPIRES +ID'],
    [120, 'PROVIDER +NAME +STATUS +EXPIRES +LAST USED +AGE +ID'],
    [200, 'PROVIDER +NAME +STATUS +EXPIRES +LAST USED +AGE +ID'],
  ])('fits %i columns, the least important going first, with whole ids', async (terminal, header) => {
    const argv = [...list, '--search', 'app', '--no-color'];
    const { stdout } = await createWorld(mixed).run(argv, { terminal });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${header}$`));
    expect(lines.filter((line) => line.length > terminal)).toEqual([]);
    expect(lines[1]).toMatch(/^nscale +app-001 +active +in 5 days .*c0000000-0000-4000-8000-000000000001$/);
  });

  it('colours what is urgent', async () => {
    const { stdout } = await createWorld(mixed).run(list, { terminal: 140 });
    expect(stdout).toContain('\u001B[33min 5 days');
    expect(stdout).toContain('\u001B[31mexpired');
  });
});

describe('a provider that does not answer', () => {
  it('costs a line, also with --quiet, and exit 6', async () => {
    const world = createWorld({ ...mixed, network: refusing('runai') });
    const { code, stdout, stderr } = await world.run([...list, '--quiet', '-q', '.[].name']);
    expect({ code, stdout }).toEqual({ code: 6, stdout: 'app-001\napp-002\n' });
    expect(stderr).toBe(
      'sactl: no accounts of runai: cannot get an access token: Run:ai refused the client id and its secret\n',
    );
  });

  it('is one of several that are all spoken of when none of them does', async () => {
    const world = createWorld({ ...mixed, network: refusing('runai', 'nscale') });
    const { code, stdout, stderr } = await world.run([...list, '--json']);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'unauthenticated',
        message: expect.stringMatching(/^no accounts of nscale: .*; no accounts of runai: /),
      },
    });
  });

  it('is exit 1 when they fail in different ways', async () => {
    const refuse = refusing('nscale');
    const world = createWorld({
      ...mixed,
      network: (fetch) => (input, init) =>
        new Request(input, init).url.includes('runai')
          ? Promise.reject(
              new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
            )
          : refuse(fetch)(input, init),
    });
    const { code, stderr } = await world.run(list);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no accounts of nscale: .*; no accounts of runai: /);
  });
});

/** Two profiles for the one nscale, and one that is for nothing. */
function configured(world: World): { env: Record<string, string> } {
  const { nscale } = world.servers;
  const path = join(world.folder, 'config.json');
  writeFileSync(join(world.folder, 'credential'), nscale?.env['NSCALE_SERVICE_TOKEN'] ?? '');
  const profile = {
    provider: 'nscale',
    endpoint: nscale?.endpoint,
    credential: { file: join(world.folder, 'credential') },
  };
  const gone = { ...profile, credential: { file: join(world.folder, 'none') } };
  writeFileSync(path, JSON.stringify({ profiles: { one: profile, two: profile, gone } }), { mode: 0o600 });
  return { env: { SACTL_CONFIG: path } };
}

describe('several --profile', () => {
  it.each([
    [['one', 'two'], 0, 'one app-001\ntwo app-001\n'],
    [['two', 'two'], 0, 'two app-001\n'],
    [['one', 'gone'], 6, 'one app-001\n'],
  ])('%j', async (names, code, stdout) => {
    const world = createWorld({ accounts: 1 });
    const flags = names.flatMap((name) => ['--profile', name]);
    const argv = ['sa', 'list', ...flags, '-q', '.[] | "\\(.profile) \\(.name)"'];
    expect(await world.run(argv, configured(world))).toMatchObject({ code, stdout });
  });

  it('shows the profile where the provider does not tell them apart', async () => {
    const world = createWorld({ accounts: 1 });
    const argv = ['sa', 'list', '--profile', 'one', '--profile', 'two'];
    const { stdout } = await world.run(argv, configured(world));
    expect(stdout.split('\n')[0]).toMatch(/^PROVIDER +PROFILE +NAME/);
  });

  it('refuses a profile that does not exist, before any request', async () => {
    const world = createWorld({ accounts: 1 });
    const argv = ['sa', 'list', '--profile', 'one', '--profile', 'nope'];
    const run = await world.run(argv, configured(world));
    expect({ code: run.code, requests: world.requests }).toEqual({ code: 2, requests: [] });
    expect(run.stderr).toContain('flag --profile is "nope"; there are one, two and gone');
  });
});
