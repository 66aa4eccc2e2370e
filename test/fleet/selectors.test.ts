// @module-tag slow
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { timestamp } from '../../src/sandbox/nscale/state.ts';
import { testNow } from '../harness/context.ts';
import { itemsOf, verdictOf } from './agreement.ts';
import { dayMs, type Server } from './servers.ts';
import { createWorld, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];

/** Six accounts: one that expires today, one later, one never to be touched, and two that others have switched off. */
const mixed: WorldOptions = {
  accounts: 6,
  arrange: ({ nscale }) => {
    const accounts = nscale?.nscale?.accounts ?? [];
    const [today, later, expired, deleting] = accounts;
    if (today) today.expiry = timestamp(testNow + dayMs / 2);
    if (later) later.expiry = timestamp(testNow + 40 * dayMs);
    if (expired) expired.expiry = timestamp(testNow - dayMs);
    if (deleting) Object.assign(deleting, { deletionTime: timestamp(testNow - dayMs) });
  },
};

/** The same with tags: two of one team, and of another with an account that has expired. */
const tagged: WorldOptions = {
  ...mixed,
  arrange: (servers) => {
    mixed.arrange?.(servers);
    const [today, later, expired] = servers.nscale?.nscale?.accounts ?? [];
    if (today) Object.assign(today, { tags: tagsOf({ team: 'vision', env: 'prod' }) });
    if (later) Object.assign(later, { tags: tagsOf({ team: 'vision', env: 'test' }) });
    if (expired) Object.assign(expired, { tags: tagsOf({ env: 'prod' }) });
  },
};

function tagsOf(tags: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(tags).map(([name, value]) => ({ name, value }));
}

/** What is said of each account, by its number. */
async function verdicts(world: World, argv: readonly string[]): Promise<Record<string, string>> {
  const run = await world.run([...rotate, ...argv]);
  expect(run.code).toBe(0);
  return Object.fromEntries(itemsOf(run).map((item) => [item.name?.replace('app-00', '') ?? '', verdictOf(item)]));
}

describe('which accounts are rotated', () => {
  const left = { 3: 'skipped: expired', 4: 'skipped: deleting' };
  const cases: readonly (readonly [readonly string[], object])[] = [
    [['--all'], { 1: 'rotated', 2: 'rotated', ...left, 5: 'rotated', 6: 'rotated' }],
    [
      ['--all', '--include-expired', '--include-disabled'],
      { 1: 'rotated', 2: 'rotated', 3: 'rotated', 4: left[4], 5: 'rotated', 6: 'rotated' },
    ],
    [['--match', 'app-00[56]'], { 5: 'rotated', 6: 'rotated' }],
    [['--match', '*-{001,003}'], { 1: 'rotated', 3: left[3] }],
    [['--match', 'app'], {}],
    [['--match', 'APP-*'], {}],
    [
      ['--expiring-within', '1d'],
      { 1: 'rotated', 2: 'skipped: not due', ...left, 5: 'skipped: not due', 6: 'skipped: not due' },
    ],
    [
      ['--expiring-within', '5d', '--match', 'app-00[1256]'],
      { 1: 'rotated', 2: 'skipped: not due', 5: 'rotated', 6: 'rotated' },
    ],
    [['--expiring-within', '1s', '--include-expired', '--match', '*00[13]'], { 1: 'skipped: not due', 3: 'rotated' }],
    [['--id', 'app-001', '--id', 'app-002', '--expiring-within', '14d'], { 1: 'rotated', 2: 'skipped: not due' }],
    [['--older-than', '60d', '--age-from', 'createdAt', '--match', '*-005'], { 5: 'rotated' }],
    [['--older-than', '81d', '--age-from', 'createdAt', '--match', '*-005'], { 5: 'skipped: not due' }],
  ];

  it.each<readonly [readonly string[], object]>([
    [['--tag', 'team=vision'], { 1: 'rotated', 2: 'rotated' }],
    [['--tag', 'team=vision', '--tag', 'env=prod'], { 1: 'rotated' }],
    [['--tag', 'team=vision', '--match', 'app-00[25]'], { 2: 'rotated' }],
    [['--tag', 'team='], {}],
    [['--tag', 'team=Vision'], {}],
    [['--all', '--tag', 'env=prod', '--expiring-within', '1d'], { 1: 'rotated', 3: 'skipped: expired' }],
    [['--status', 'active', '--tag', 'env=prod'], { 1: 'rotated' }],
    [['--status', 'expired'], { 3: 'skipped: expired' }],
    [['--status', 'expired', '--include-expired'], { 3: 'rotated' }],
    [['--status', 'deleting', '--include-expired'], { 4: 'skipped: deleting' }],
    [['--status', 'disabled'], {}],
    [['--id', 'app-001', '--id', 'app-005', '--tag', 'env=prod'], { 1: 'rotated', 5: 'skipped: not meant' }],
  ])('by what they are: %j', async (argv, expected) => {
    const world = createWorld(tagged);
    const said = await verdicts(world, argv);
    expect(said).toEqual(expected);
    const rotated = Object.entries(said).flatMap(([number, verdict]) => (verdict === 'rotated' ? [number] : []));
    expect(world.mutations()).toHaveLength(rotated.length);
    for (const number of rotated) expect(world.mutations().join('\n')).toContain(`00000000000${number}/`);
  });

  it('refuses tags where no provider has them, and statuses that there are not', async () => {
    const world = createWorld({ providers: ['runai'], accounts: 1 });
    const { code, stderr } = await world.run([...rotate, '--tag', 'team=vision']);
    expect([code, world.requests]).toEqual([2, []]);
    expect(stderr).toContain('--tag finds nothing: Run:ai accounts cannot be given tags');
    const mistyped = await createWorld().run([...rotate, '--status', 'actve']);
    expect(mistyped.code).toBe(2);
    expect(mistyped.stderr).toContain('active, expired, disabled, deleting, error, unknown');
  });

  it('takes those of one provider by a tag where another has none', async () => {
    const world = createWorld({ ...tagged, providers: ['nscale', 'runai'] });
    const run = await world.run([...rotate, '--provider', 'all', '--tag', 'env=prod']);
    expect(run.code).toBe(0);
    expect(itemsOf(run).map((item) => `${item.provider} ${item.name} ${verdictOf(item)}`)).toEqual([
      'nscale app-001 rotated',
      'nscale app-003 skipped: expired',
    ]);
  });

  it.each(cases)('%j', async (argv, expected) => {
    const world = createWorld(mixed);
    const said = await verdicts(world, argv);
    expect(said).toEqual(expected);
    const rotated = Object.values(said).filter((verdict) => verdict === 'rotated');
    expect(world.mutations()).toHaveLength(rotated.length);
  });

  it('counts from the rotation that is recorded, and again from the next', async () => {
    const world = createWorld({ accounts: 1 });
    expect(await verdicts(world, ['--all'])).toEqual({ 1: 'rotated' });
    expect(await verdicts(world, ['--older-than', '1h'])).toEqual({ 1: 'skipped: not due' });
    await world.context().ctx.sleep(60 * 60 * 1000);
    expect(await verdicts(world, ['--older-than', '1h'])).toEqual({ 1: 'rotated' });
    expect(await verdicts(world, ['--older-than', '1h'])).toEqual({ 1: 'skipped: not due' });
  });

  it('says that none matches', async () => {
    const run = await createWorld().run([...rotate, '--match', 'nobody-*']);
    expect(run).toEqual({
      code: 0,
      stdout: '{\n  "rotated": [],\n  "delivered": [],\n  "skipped": [],\n  "failed": []\n}\n',
      stderr: 'sactl: none of 6 service accounts matches\nsactl: 0 rotated, 0 skipped, 0 failed\n',
    });
  });

  it('includes disabled accounts of Run:ai when that is asked for, and says that they were not tried', async () => {
    const options: WorldOptions = {
      providers: ['runai'],
      accounts: 1,
      arrange: ({ runai }) => {
        for (const account of runai?.runai?.accounts.slice(0, 1) ?? []) account.enabled = false;
      },
    };
    expect(await verdicts(createWorld(options), ['--match', 'app-*'])).toEqual({ 1: 'skipped: disabled' });
    const world = createWorld(options);
    const run = await world.run([...rotate, '--match', 'app-*', '--include-disabled']);
    expect(itemsOf(run)).toMatchObject([{ kind: 'rotated', verified: null }]);
    expect(run.stderr).toContain('app-001: the credential could not be verified: the account is disabled');
  });
});

describe('a run that knows the age of no credential', () => {
  const old = ['--match', 'app-*', '--older-than', '60d'];

  it.each(['nscale', 'runai'] as const)('of %s is refused, and not green every night', async (provider) => {
    const world = createWorld({ providers: [provider], accounts: 2 });
    const { code, stdout, stderr } = await world.run([...rotate, ...old]);
    expect({ code, stdout, sent: changes(world) }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: {
        message:
          '--older-than finds nothing: the age of the credential of any of the 2 accounts is not known, ' +
          'because no rotation is recorded here',
        hint: 'keep the state between runs, or use --age-from createdAt',
      },
    });
    const dry = await world.run([...rotate.filter((word) => word !== '--yes'), ...old, '--dry-run']);
    expect(dry.code).toBe(2);
  });

  it('is one that does nothing where the age of another is known', async () => {
    const world = createWorld({ providers: ['runai'], accounts: 2 });
    expect(await verdicts(world, ['--match', 'app-001'])).toEqual({ 1: 'rotated' });
    expect(await verdicts(world, old)).toEqual({ 1: 'skipped: not due', 2: 'skipped: age unknown' });
  });

  it('rotates with --age-from createdAt, says so, and counts from the rotation that is recorded then', async () => {
    const world = createWorld({ providers: ['runai'], accounts: 2 });
    const argv = [...rotate, ...old, '--age-from', 'createdAt'];
    const first = await world.run(argv);
    expect([first.code, changes(world).length]).toEqual([0, 2]);
    expect(first.stderr).toContain(
      'sactl: no rotation of 2 accounts is recorded, so ages count from createdAt; ' +
        'where the state does not last, every run rotates them again\n',
    );
    const second = await world.run(argv);
    expect(itemsOf(second).map(verdictOf)).toEqual(['skipped: not due', 'skipped: not due']);
    expect(second.stderr).not.toContain('no rotation of');
    expect([second.code, changes(world).length]).toEqual([0, 2]);
  });
});

/** What was sent that changes something of an account. */
function changes(world: World): readonly string[] {
  return world.mutations().filter((request) => !request.endsWith('/token'));
}

/** A configuration with these profiles for one nscale. */
function profiles({ folder }: World, { endpoint, env }: Server, names: readonly string[]): string {
  const path = join(folder, 'config.json');
  writeFileSync(join(folder, 'credential'), env['NSCALE_SERVICE_TOKEN'] ?? '', { mode: 0o600 });
  const profile = { provider: 'nscale', endpoint: `${endpoint}/`, credential: { file: join(folder, 'credential') } };
  const all = Object.fromEntries(names.map((name) => [name, profile]));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, JSON.stringify({ profiles: all }), { mode: 0o600 });
  return path;
}

describe('an account that several connections show', () => {
  it.each([
    [['--provider', 'all'], 'one'],
    [['--profile', 'two', '--profile', 'one'], 'two'],
    [['--profile', 'two', '--profile', 'two'], 'two'],
  ])('is rotated once, by way of the first: %j', async (argv, profile) => {
    const world = createWorld({ accounts: 3 });
    const { nscale } = world.servers;
    if (nscale === undefined) throw new Error('there is nscale');
    const env = { SACTL_CONFIG: profiles(world, nscale, ['one', 'two']) };
    const run = await world.run([...rotate, '--all', ...argv], { env });
    expect(run.code).toBe(0);
    expect(itemsOf(run).map((item) => [item.name, item.profile])).toEqual([
      ['app-001', profile],
      ['app-002', profile],
      ['app-003', profile],
    ]);
    expect(world.mutations()).toHaveLength(3);
  });
});
