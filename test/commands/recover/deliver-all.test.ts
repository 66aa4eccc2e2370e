// @module-tag slow
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { createWorld, isMutation, type World } from '../../fleet/world.ts';
import { issuingProviders } from '../../harness/providers.ts';
import { entriesIn } from '../../outcomes/observe.ts';
import { brokenStdout } from '../support.ts';

const all = ['recover', 'deliver', '--all', '--yes'];
const names = ['app-001', 'app-002', 'app-003', 'app-004'];

interface Kept extends World {
  /** Rotates an account to a file in a folder that is gone by then. */
  readonly keep: (name: string, folder: string) => Promise<void>;
  /** The folder of an account's target is there again. */
  readonly giveBack: (name: string) => void;
  readonly token: (name: string) => string | null;
  readonly live: (name: string) => string | undefined;
  /** Called with every request. */
  readonly watch: (onRequest: (request: Request) => void) => void;
}

/** Four accounts, each with a credential that found the folder of its target gone. */
async function fourKept(provider: 'nscale' | 'runai' = 'nscale'): Promise<Kept> {
  let current = '';
  let onRequest: ((request: Request) => void) | null = null;
  const world: World = createWorld({
    providers: [provider],
    accounts: 4,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request)) renameSync(join(world.folder, current), join(world.folder, `gone-${current}`));
      onRequest?.(request);
      return fetch(request);
    },
  });
  async function keep(name: string, place: string): Promise<void> {
    current = place;
    mkdirSync(join(world.folder, place));
    const rotate = ['sa', 'rotate', '--id', name, '--to', `file:${place}/token`, '--yes', '--quiet'];
    expect((await world.run(rotate)).code).toBe(8);
  }
  for (const name of names) await keep(name, name);
  expect(entriesIn(world.stateDirectory)).toHaveLength(4);
  const server = world.servers[provider];
  return {
    ...world,
    keep,
    giveBack: (name) => renameSync(join(world.folder, `gone-${name}`), join(world.folder, name)),
    token: (name) => {
      const path = join(world.folder, name, 'token');
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    live: (name) => {
      const id = server?.accounts().find((account) => account.name === name)?.id;
      return server?.issuedTo(id ?? '').at(-1);
    },
    watch: (work) => {
      onRequest = work;
    },
  };
}

interface Item {
  readonly name: string;
  readonly exitCode: number;
}

function report(stdout: string): Record<'delivered' | 'skipped' | 'failed', readonly Item[]> {
  return JSON.parse(stdout);
}

function outline(stdout: string): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(report(stdout)).map(([kind, items]) => [
      kind,
      items.map(({ name, exitCode }) => `${name} ${exitCode}`),
    ]),
  );
}

describe.each(issuingProviders)('recover deliver --all (%s)', (provider) => {
  it('delivers all, goes on after one that fails, and leaves that one', async () => {
    const world = await fourKept(provider);
    for (const name of names.filter((one) => one !== 'app-002')) world.giveBack(name);
    const run = await world.run([...all, '--json']);
    expect({ code: run.code, report: outline(run.stdout) }).toEqual({
      code: 8,
      report: { delivered: ['app-001 0', 'app-003 0', 'app-004 0'], skipped: [], failed: ['app-002 8'] },
    });
    expect(run.stderr.split('\n').slice(0, 4)).toEqual([
      `sactl: [1/3] delivered app-004 (${provider})`,
      `sactl: [2/3] delivered app-003 (${provider})`,
      `sactl: [3/3] delivered app-001 (${provider})`,
      'sactl: 3 delivered, 0 skipped, 1 failed',
    ]);
    expect(JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { message: '3 of 4 kept credentials were delivered; 1 failed', hint: 'sactl recover list', exitCode: 8 },
    });
    expect(names.map(world.token)).toEqual(names.map((name) => (name === 'app-002' ? null : world.live(name))));
    const [left, ...others] = entriesIn(world.stateDirectory);
    expect(others).toEqual([]);
    const id = left?.name.replace(/\..*$/, '');
    expect(JSON.parse(run.stdout)).toMatchObject({
      failed: [
        {
          recoverId: id,
          error: {
            message: expect.stringMatching(/ cannot be delivered: --to "file:app-002\/token": there is no folder /),
          },
        },
      ],
    });
    // Nothing was issued for it.
    expect(world.mutations()).toHaveLength(4);
    world.giveBack('app-002');
    const again = await world.run([...all, '--json']);
    expect({ code: again.code, report: outline(again.stdout) }).toEqual({
      code: 0,
      report: { delivered: ['app-002 0'], skipped: [], failed: [] },
    });
    expect(await world.run([...all, '--json'])).toEqual({
      code: 0,
      stdout: '{\n  "delivered": [],\n  "skipped": [],\n  "failed": []\n}\n',
      stderr: 'sactl: no entries\n',
    });
  });
});

describe('recover deliver --all', () => {
  it('says that there is an entry which it cannot deliver', async () => {
    const world = createWorld({ accounts: 1 });
    const printed = ['sa', 'rotate', '--id', 'app-001', '--yes', '-q', '.credential.value'];
    expect((await world.run(printed, { stdout: brokenStdout('ENOSPC') })).code).toBe(8);
    const [entry] = entriesIn(world.stateDirectory);
    writeFileSync(join(world.stateDirectory, 'journal', entry?.name ?? ''), 'damaged\n');
    expect(await world.run([...all, '-q', '.delivered[]'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'sactl: an entry keeps nothing that can be delivered: sactl recover list\n',
    });
    expect(world.mutations()).toHaveLength(1);
  });

  it('leaves what was to be printed, with a line', async () => {
    const world = createWorld({ accounts: 1 });
    const printed = ['sa', 'rotate', '--id', 'app-001', '--yes', '-q', '.credential.value'];
    expect((await world.run(printed, { stdout: brokenStdout('ENOSPC') })).code).toBe(8);
    const run = await world.run([...all, '--json']);
    const [entry] = entriesIn(world.stateDirectory);
    const id = entry?.name.replace(/\..*$/, '') ?? '';
    expect({ code: run.code, skipped: JSON.parse(run.stdout).skipped }).toMatchObject({
      code: 0,
      skipped: [
        { name: 'app-001', reason: 'no target', detail: `it was meant for stdout: sactl recover deliver --id ${id}` },
      ],
    });
    expect(run.stdout).not.toContain('issued.');
  });

  it('delivers the newest of one account, which erases the older ones', async () => {
    const world = await fourKept();
    await world.keep('app-001', 'second');
    expect(entriesIn(world.stateDirectory)).toHaveLength(5);
    for (const name of [...names, 'second']) world.giveBack(name);
    const run = await world.run([...all, '--json']);
    expect({ code: run.code, report: outline(run.stdout) }).toEqual({
      code: 0,
      report: { delivered: ['app-001 0', 'app-002 0', 'app-003 0', 'app-004 0'], skipped: ['app-001 0'], failed: [] },
    });
    expect(readFileSync(join(world.folder, 'second/token'), 'utf8')).toBe(world.live('app-001'));
    expect(world.token('app-001')).toBeNull();
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('previews all of it with --dry-run, and sends nothing', async () => {
    const world = await fourKept();
    for (const name of names.slice(1)) world.giveBack(name);
    const before = world.requests.length;
    const run = await world.run([...all, '--dry-run', '--json']);
    expect({ code: run.code, plan: JSON.parse(run.stdout) }).toMatchObject({
      code: 8,
      plan: {
        dryRun: true,
        operation: 'deliver',
        effects: names
          .slice(1)
          .toReversed()
          .flatMap((name) => [`${name}: the credential goes to file:${name}/token`, `${name}: the entry is erased`]),
        targets: [{ ok: true }, { ok: true }, { ok: true }],
      },
    });
    expect(run.stderr).toContain('service account app-001 (');
    expect([world.requests.length, entriesIn(world.stateDirectory).length]).toEqual([before, 4]);
  });

  it('asks once on a terminal, and prints a table', async () => {
    const world = await fourKept();
    for (const name of names) world.giveBack(name);
    const asked: string[] = [];
    const prompt = { confirm: ({ message }: { message: string }) => Promise.resolve(asked.push(message) === 1) };
    const run = await world.run(['recover', 'deliver', '--all', '--no-color'], { terminal: 120, prompt });
    expect({ code: run.code, asked }).toEqual({ code: 0, asked: ['Deliver the 4 kept credentials?'] });
    expect(run.stderr).toContain('  - app-001: the credential goes to file:app-001/token\n');
    expect(run.stdout.split('\n').filter((line) => line.startsWith('delivered'))).toHaveLength(4);
  });

  it('begins nothing more after Ctrl-C', async () => {
    const world = await fourKept();
    for (const name of names) world.giveBack(name);
    const controller = new AbortController();
    let trials = 0;
    world.watch(({ url }) => {
      if (url.endsWith('/organizations') && (trials += 1) === 2) controller.abort(new InterruptedError('SIGINT'));
    });
    const run = await world.run([...all, '--json'], { signal: controller.signal });
    expect({ code: run.code, report: outline(run.stdout) }).toEqual({
      code: 6,
      report: { delivered: ['app-004 0'], skipped: ['app-001 130', 'app-002 130', 'app-003 130'], failed: [] },
    });
    expect(entriesIn(world.stateDirectory)).toHaveLength(3);
    expect((await world.run(all)).code).toBe(0);
  });

  it.each([
    [['--id', '4f1c'], '--all and --id exclude each other'],
    [['--to', 'file:t'], '--to goes with one entry only'],
    [['--raw', '--json'], '--raw goes with one entry only'],
  ])('is exit 2 with %j', async (flags, problem) => {
    const run = await createWorld({ accounts: 1 }).run([...all, ...flags]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: '' });
    expect(run.stderr).toContain(problem);
  });

  it('tries the filter before it delivers anything', async () => {
    const world = await fourKept();
    for (const name of names) world.giveBack(name);
    const run = await world.run([...all, '-q', '.delivered[].name | tonumber']);
    expect(run.code).toBe(2);
    expect(names.map(world.token)).toEqual([null, null, null, null]);
    expect(await world.run([...all, '-q', '.delivered[].name', '--quiet'])).toMatchObject({
      code: 0,
      stdout: `${names.join('\n')}\n`,
    });
  });
});
