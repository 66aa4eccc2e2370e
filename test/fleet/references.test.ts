import { describe, expect, it } from 'vitest';

import { issuingProviders as providers } from '../harness/providers.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { itemsOf } from './agreement.ts';
import { createWorld, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];

function ids(...references: readonly string[]): readonly string[] {
  return references.flatMap((reference) => ['--id', reference]);
}

/** `provider name` of every account that was rotated. */
async function rotatedBy(
  argv: readonly string[],
  options: TestContextOptions,
  world: World,
): Promise<readonly string[]> {
  const run = await world.run([...rotate, ...argv], options);
  expect(run.code).toBe(0);
  return itemsOf(run).map(({ kind, provider, name }) => `${kind} ${provider} ${name}`);
}

/** Run:ai with ids of its own, and an account of which the name is another one's client id. */
const different: WorldOptions = {
  providers,
  accounts: 3,
  arrange: ({ runai }) => {
    const state = runai?.runai ?? null;
    if (state === null) return;
    state.accounts = state.accounts.map((account) =>
      Object.assign(account, {
        id: account.id.replace(/^c0/, 'e0'),
        name: account.name.replace('app', 'job'),
        clientId: account.name.replace('app', 'client'),
      }),
    );
  },
};

const first = 'c0000000-0000-4000-8000-000000000001';
const third = 'e0000000-0000-4000-8000-000000000003';

describe('what is named is rotated, each account once:', () => {
  const cases: readonly (readonly [readonly string[], TestContextOptions, readonly string[]])[] = [
    [ids('app-003', 'app-001'), {}, ['rotated nscale app-001', 'rotated nscale app-003']],
    [ids(' app-001 ', 'app-001'), {}, ['rotated nscale app-001']],
    [ids(first, 'app-001'), {}, ['rotated nscale app-001']],
    [ids(first, third), {}, ['rotated nscale app-001', 'rotated runai job-003']],
    [ids('client-002', 'job-001'), {}, ['rotated runai job-001', 'rotated runai job-002']],
    [ids('client-002', 'job-002'), {}, ['rotated runai job-002']],
    [ids('-'), { stdin: 'app-001\n' }, ['rotated nscale app-001']],
    [
      ids('-'),
      { stdin: '\uFEFFapp-001\r\n\r\n  job-002\t\r\napp-001' },
      ['rotated nscale app-001', 'rotated runai job-002'],
    ],
    [ids('app-002', '-'), { stdin: `app-002\n${first}\n` }, ['rotated nscale app-001', 'rotated nscale app-002']],
    [ids('-', '-'), { stdin: 'app-002' }, ['rotated nscale app-002']],
  ];

  it.each(cases)('%j %j', async (argv, options, expected) => {
    const world = createWorld(different);
    expect(await rotatedBy([...argv, '--provider', 'all'], options, world)).toEqual(expected);
    expect(world.mutations()).toHaveLength(expected.length);
  });

  it('and what a pattern excludes is left, with the reason', async () => {
    const world = createWorld(different);
    const argv = [...ids('app-001', 'app-002'), '--match', '*-002', '--provider', 'all'];
    expect(await rotatedBy(argv, {}, world)).toEqual(['rotated nscale app-002', 'skipped nscale app-001']);
    expect(world.mutations()).toHaveLength(1);
  });

  it('from stdin beside a terminal', async () => {
    const world = createWorld({ accounts: 2 });
    const { ctx } = world.context({ terminal: 100 });
    const stdin = { ...ctx.stdin, isTTY: false, text: () => Promise.resolve({ text: 'app-001\n', problem: null }) };
    const { main } = await import('../../src/main.ts');
    expect(await main([...rotate, '--id', '-'], { ...ctx, stdin })).toBe(0);
    expect(world.mutations()).toHaveLength(1);
  });
});

describe('what is not there, or not clear, is said all at once, and nothing is sent:', () => {
  const cases: readonly (readonly [readonly string[], WorldOptions, object])[] = [
    [
      ids('app-001', 'nobody', 'APP-001'),
      {},
      {
        code: 'not_found',
        message: 'no service account "nobody"; no service account "APP-001"',
        hint: 'sactl serviceaccounts list --provider nscale',
        exitCode: 3,
      },
    ],
    [
      ids('c0000000-0000-4000-8000-000000000009', 'app-001'),
      {},
      { code: 'not_found', message: 'no service account "c0000000-0000-4000-8000-000000000009"' },
    ],
    [
      ids('twin', 'nobody'),
      {
        arrange: ({ nscale }) => {
          for (const account of nscale?.nscale?.accounts.slice(0, 2) ?? []) account.name = 'twin';
        },
      },
      {
        code: 'ambiguous',
        message:
          'several accounts go by "twin": c0000000-0000-4000-8000-000000000001 (nscale), c0000000-0000-4000-8000-000000000002 (nscale); no service account "nobody"',
        hint: 'name one of them by its id: --id <id>',
        exitCode: 5,
      },
    ],
  ];

  it.each(cases)('%j', async (argv, options, error) => {
    const world = createWorld(options);
    const run = await world.run([...rotate, ...argv, '--provider', 'nscale']);
    expect(run.stdout).toBe('');
    expect(JSON.parse(run.stderr)).toMatchObject({ error });
    expect(world.mutations()).toEqual([]);
  });

  it('a name with both of two providers', async () => {
    const world = createWorld({ providers });
    const run = await world.run([...rotate, ...ids('app-002', 'app-003'), '--provider', 'all']);
    const twice = 'c0000000-0000-4000-8000-000000000002';
    const thrice = 'c0000000-0000-4000-8000-000000000003';
    expect({ code: run.code, error: JSON.parse(run.stderr) }).toMatchObject({
      code: 5,
      error: {
        error: {
          message: [
            `several accounts go by "app-002": ${twice} (nscale), ${twice} (runai)`,
            `several accounts go by "app-003": ${thrice} (nscale), ${thrice} (runai)`,
          ].join('; '),
        },
      },
    });
    expect(world.mutations()).toEqual([]);
  });

  it('and that it may be where nobody could look', async () => {
    const world = createWorld({
      providers,
      network: (fetch) => (input, init) =>
        new Request(input, init).url.includes('nscale')
          ? Promise.resolve(
              Response.json({ error: 'access_denied', error_description: 'access_denied' }, { status: 401 }),
            )
          : fetch(input, init),
    });
    const run = await world.run([...rotate, ...ids('app-001', 'nobody'), '--provider', 'all']);
    expect(run.code).toBe(3);
    const { error } = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '') as {
      error: { message: string; hint: string };
    };
    expect(error.message).toMatch(/^no service account "nobody"; no accounts of nscale: .*nscale answered 401/);
    expect(error.hint).toBe('sactl serviceaccounts list --provider all');
    expect(world.mutations()).toEqual([]);
  });
});
