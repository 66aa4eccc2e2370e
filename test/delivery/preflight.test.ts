import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { preflight, type Preflight } from '../../src/delivery/preflight.ts';
import { UsageError } from '../../src/errors.ts';
import type { EntryConnection } from '../../src/state/record.ts';
import { openJournal } from '../../src/state/journal.ts';
import { account } from './answers.ts';
import { failureOf, worldOf, type World } from './issuance.ts';
import type { FakeTarget, Script } from './script.ts';

const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

const durableKinds =
  'file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op';
const file: FakeTarget = { name: 'file:a' };
const passing: FakeTarget = { name: 'github-env:TOKEN' };

function stateDirectory({ ctx }: World): string {
  return ctx.env['SACTL_STATE_DIR'] ?? '';
}

async function check(script: Script): Promise<Preflight> {
  const { ctx, issuance } = await worldOf(script);
  return preflight(ctx, issuance);
}

async function problemsOf(script: Script): Promise<readonly string[]> {
  return (await check(script)).problems;
}

describe('a credential with a way to go', () => {
  it.each<[string, Script, Preflight['targets']]>([
    ['stdout', {}, [{ target: 'stdout', problems: [], place: null }]],
    ['a target', { targets: [passing] }, [{ target: 'github-env:TOKEN', problems: [], place: expect.anything() }]],
  ])('meets no problem, and nothing is left behind: %s', async (_, script, tried) => {
    const world = await worldOf(script);
    const { problems, warnings, targets } = await preflight(world.ctx, world.issuance);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(targets).toMatchObject(tried);
    expect(await world.left()).toEqual([]);
    expect(world.steps).toEqual([]);
  });
});

describe('targets', () => {
  it('are tried all, and all problems and warnings are told', async () => {
    const found = await check({
      targets: [
        { ...file, preflight: () => Promise.resolve(['file:a is new']) },
        { name: 'file:b', preflight: () => Promise.reject(new UsageError(['no folder', 'no disk'])) },
        { name: 'file:c', preflight: () => Promise.reject(new UsageError('no rights')) },
      ],
    });
    expect(found.problems).toEqual(['no folder', 'no disk', 'no rights']);
    expect(found.warnings).toEqual(['file:a is new']);
    expect(found.targets).toMatchObject([
      { target: 'file:a', problems: [] },
      { target: 'file:b', problems: ['no folder', 'no disk'] },
      { target: 'file:c', problems: ['no rights'] },
    ]);
  });

  it('give the first hint that one of them has', async () => {
    const wrong = ['no folder', 'no rights', 'no program'].map((problem, index) => {
      const details = index === 0 ? {} : { hint: `about ${problem}` };
      return { name: `file:${String(index)}`, preflight: () => Promise.reject(new UsageError(problem, details)) };
    });
    expect((await check({ targets: wrong })).hint).toBe('about no rights');
  });

  it('are told apart', async () => {
    expect(await problemsOf({ targets: [file, file] })).toEqual(['file:a for ci is given twice; give it once']);
  });

  it('are not told apart where one of them has a problem', async () => {
    const wrong = { name: 'file:b', preflight: () => Promise.reject(new UsageError('no rights')) };
    expect(await problemsOf({ targets: [file, file, wrong] })).toEqual(['no rights']);
  });

  it('do not hide a bug', async () => {
    const broken = { ...file, preflight: () => Promise.reject(new TypeError('a bug')) };
    await expect(check({ targets: [broken] })).rejects.toThrow('a bug');
  });

  it('ask less of the filter than stdout does', async () => {
    const output = { query: ['.id'] };
    expect(await problemsOf({ output, targets: [file] })).toEqual([]);
    expect(await problemsOf({ output })).toEqual([
      'the filter throws the credential away, or a part of it; let it print .credential.value (with --raw, where the provider puts it), or give --to',
    ]);
  });
});

describe('a journal that cannot be used', () => {
  const inTheWay: readonly [string, (path: string) => Promise<unknown>, string][] = [
    ['a file', (path) => writeFile(path, ''), 'it is not a folder'],
    ['a symbolic link', (path) => symlink(dirname(path), path), 'it is a symbolic link'],
  ];

  it.runIf(isPosix).each(inTheWay)('is a problem among the others, for creates too: %s', async (_, make, reason) => {
    for (const operation of ['create', 'rotate'] as const) {
      const world = await worldOf({ operation, output: { query: ['.id'] } });
      const path = join(stateDirectory(world), 'journal');
      await mkdir(dirname(path), { recursive: true });
      await make(path);
      const { problems } = await preflight(world.ctx, world.issuance);
      expect(problems).toEqual([
        expect.stringContaining('the filter throws the credential away'),
        `cannot use the folder "${path}": ${reason}`,
      ]);
    }
  });

  it.runIf(isPosix && !isRoot)('may not be written to', async () => {
    const world = await worldOf();
    const path = join(stateDirectory(world), 'journal');
    await mkdir(path, { recursive: true });
    await chmod(path, 0o500);
    const { problems } = await preflight(world.ctx, world.issuance);
    await chmod(path, 0o700);
    expect(problems).toEqual([`cannot write to the journal in "${path}": permission denied (EACCES)`]);
  });
});

describe('--no-journal', () => {
  const preferences = { keepsSecret: false };
  const problem = `--no-journal needs a durable --to (${durableKinds}): otherwise nothing keeps the credential`;

  it.each<[string, readonly FakeTarget[], readonly string[]]>([
    ['stdout', [], [problem]],
    ['a place that ends with the job', [passing], [problem]],
    ['a durable place', [file], []],
    ['a durable place beside another', [passing, file], []],
  ])('needs a durable target: %s', async (_, targets, problems) => {
    expect(await problemsOf({ preferences, targets })).toEqual(problems);
  });
});

describe('the credential that sactl works with', () => {
  const is = 'this is the account that sactl signs in with';
  const mayBe = 'this may be the account that sactl signs in with';
  const needsTarget = `give a durable --to (${durableKinds})`;
  const needsFlag = '--allow-self is missing';

  it.each<{
    isSelf: boolean | null;
    targets?: readonly FakeTarget[];
    allowSelf?: boolean;
    terminal?: number;
    problems: readonly string[];
  }>([
    { isSelf: true, problems: [`${is}: ${needsTarget}`, `${is}: ${needsFlag}`] },
    { isSelf: null, problems: [`${mayBe}: ${needsTarget}`, `${mayBe}: ${needsFlag}`] },
    { isSelf: false, problems: [] },
    { isSelf: true, targets: [passing], allowSelf: true, problems: [`${is}: ${needsTarget}`] },
    { isSelf: true, targets: [file], problems: [`${is}: ${needsFlag}`] },
    { isSelf: null, targets: [file], problems: [`${mayBe}: ${needsFlag}`] },
    { isSelf: true, targets: [passing, file], allowSelf: true, problems: [] },
    { isSelf: null, targets: [file], allowSelf: true, problems: [] },
    { isSelf: true, targets: [file], terminal: 80, problems: [] },
    { isSelf: true, terminal: 80, problems: [`${is}: ${needsTarget}`] },
  ])(
    'is rotated with a durable target and leave: $isSelf, $targets, $allowSelf, terminal $terminal',
    async ({ isSelf, targets = [], allowSelf = false, terminal, problems }) => {
      const context = terminal === undefined ? {} : { terminal };
      const script = { plan: { isSelf }, targets, preferences: { allowSelf }, context };
      expect(await problemsOf(script)).toEqual(problems);
    },
  );

  it.each([
    [false, ['--to profile is for the account that sactl signs in with; this is another one']],
    [null, []],
    [true, []],
  ])('is the only one that --to profile is for: %s', async (isSelf, problems) => {
    const targets = [{ name: 'profile' }];
    const script = { plan: { isSelf }, targets, preferences: { allowSelf: true } };
    expect(await problemsOf(script)).toEqual(problems);
  });
});

describe('a create that is not settled', () => {
  const earlierId = 'f0000000-0000-4000-8000-000000000002';

  /** The state of an earlier create in the same journal. */
  interface Earlier {
    readonly operation?: 'create' | 'rotate';
    readonly name?: string;
    readonly connection?: Partial<EntryConnection>;
    readonly isSent?: boolean;
    readonly isRunning?: boolean;
  }

  async function after(earlier: Earlier, operation: 'create' | 'rotate' = 'create'): Promise<World> {
    const { isRunning = false } = earlier;
    const self = { pid: 4711, host: 'test-host', isRunning: () => isRunning };
    const world = await worldOf({ operation, context: { self } });
    const options = { ...world.ctx, stateDirectory: stateDirectory(world), keepsSecrets: true };
    const entry = await openJournal({ ...options, self: { ...self, pid: 99 } }).begin({
      id: earlierId,
      operation: earlier.operation ?? 'create',
      connection: { ...world.issuance.connection, ...earlier.connection },
      account: { id: null, name: earlier.name ?? account.name, clientId: null, expiresAt: null },
      targets: [],
      directory: '/srv',
    });
    if (earlier.isSent !== false) await entry.sent();
    await entry.leave();
    return world;
  }

  it.each<[string, Earlier]>([
    ['of the same name', {}],
    ['by another profile', { connection: { profile: 'other' } }],
  ])('keeps another one from being begun, exit 7: %s', async (_, earlier) => {
    const { ctx, issuance } = await after(earlier);
    expect(await failureOf(() => preflight(ctx, issuance))).toEqual({
      code: 'unknown_outcome',
      exit: 7,
      message: `an earlier create of ci is not settled: entry ${earlierId} of the journal`,
      hint: `sactl recover show --id ${earlierId}; then: sactl recover discard --id ${earlierId}`,
    });
  });

  it.each<[string, Earlier, ('create' | 'rotate')?]>([
    ['a rotation', {}, 'rotate'],
    ['a create after a rotation', { operation: 'rotate' }],
    ['a create of another name', { name: 'other' }],
    ['a create with another provider', { connection: { provider: 'runai' } }],
    ['a create at another endpoint', { connection: { endpoint: 'https://other.example' } }],
    ['a create in another organization', { connection: { organization: 'org-2' } }],
    ['a create after one that sent nothing', { isSent: false }],
    ['a create beside one that is under way', { isRunning: true }],
  ])('keeps nobody from %s', async (_, earlier, operation) => {
    const { ctx, issuance } = await after(earlier, operation);
    expect((await preflight(ctx, issuance)).problems).toEqual([]);
  });
});
