import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { timestamp } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { dayMs } from '../../fleet/servers.ts';
import { createWorld, toFiles, type World } from '../../fleet/world.ts';

const list = ['sa', 'list'];

/** Accounts of nscale that were rotated two days ago, five hours ago, and never from here. */
async function rotatedOnce(): Promise<World> {
  const world = createWorld({ accounts: 3 });
  await rotate(world, 'app-002');
  await world.context().ctx.sleep(2 * dayMs - 5 * 60 * 60 * 1000);
  await rotate(world, 'app-001');
  await world.context().ctx.sleep(5 * 60 * 60 * 1000);
  return world;
}

async function rotate(world: World, name: string): Promise<void> {
  const run = await world.run(['sa', 'rotate', '--id', name, ...toFiles, '--yes', '--quiet']);
  expect(run.code).toBe(0);
}

const unknownAge = 'sactl: 1 left out by --older-than: no rotation of theirs is recorded on this machine\n';
const noneMatches = 'sactl: none of 3 service accounts matches\n';

describe('--older-than', () => {
  const cases: readonly (readonly [string, stdout: string, stderr: string])[] = [
    ['1h', 'app-001\napp-002\n', unknownAge],
    ['5h', 'app-001\napp-002\n', unknownAge],
    ['6h', 'app-002\n', unknownAge],
    ['2d', 'app-002\n', unknownAge],
    ['2d1h', '', `${unknownAge}${noneMatches}`],
  ];

  it.each(cases)('%s counts from the rotation that is recorded', async (age, stdout, stderr) => {
    const world = await rotatedOnce();
    expect(await world.run([...list, '--older-than', age, '-q', '.[].name'])).toEqual({ code: 0, stdout, stderr });
  });

  it('leaves out what nobody knows, however old the account is', async () => {
    const world = createWorld({ accounts: 3 });
    expect(await world.run([...list, '--older-than', '1d', '-q', '.[].name'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `${unknownAge.replace('1 left', '3 left')}${noneMatches}`,
    });
  });

  it('goes with other filters, with --sort and with --limit', async () => {
    const world = await rotatedOnce();
    const argv = [...list, '--older-than', '1h', '--search', 'APP', '--sort', '-age', '--limit', '1'];
    const { stdout } = await world.run([...argv, '-q', '.[].name']);
    expect(stdout).toBe('app-002\n');
  });
});

describe('the column age', () => {
  it('is whole days for programs, and at most the age of the account where nobody knows', async () => {
    const world = await rotatedOnce();
    const argv = [...list, '--format', 'csv', '--columns', 'name,age'];
    expect(await world.run(argv)).toEqual({
      code: 0,
      stdout: 'name,age\napp-001,0\napp-002,2\napp-003,<=82\n',
      stderr: '',
    });
  });

  it('is short for people, and at most the age of the account where nobody knows', async () => {
    const world = await rotatedOnce();
    const { stdout } = await world.run([...list, '--columns', 'name,age', '--sort', 'age']);
    expect(stdout.split('\n')).toEqual(['NAME     AGE', 'app-001  5h', 'app-002  2d', 'app-003  <=82d', '']);
  });

  it('is not an age below zero when the clock was set back', async () => {
    const world = await rotatedOnce();
    const { stdout } = await world.run([...list, '--columns', 'age', '--limit', '1'], {
      overrides: { now: () => testNow - dayMs },
    });
    expect(stdout).toBe('AGE\n0m\n');
  });
});

describe('the audit log', () => {
  it('is read where ages are asked for, and nowhere else', async () => {
    const world = createWorld({ accounts: 3 });
    mkdirSync(join(world.stateDirectory, 'audit.jsonl'), { recursive: true, mode: 0o700 });
    expect(await world.run([...list, '-q', 'length'])).toEqual({ code: 0, stdout: '3\n', stderr: '' });
    for (const flags of [
      ['--older-than', '1d'],
      ['--columns', 'age'],
      ['--sort', 'age'],
    ]) {
      const { code, stdout, stderr } = await world.run([...list, ...flags]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('cannot use the audit log');
    }
  });
});

/** Accounts that were used three and forty days ago, and one that never was. */
function runai(): World {
  return createWorld({
    providers: ['runai'],
    accounts: 3,
    arrange: ({ runai: server }) => {
      const [used, old] = server?.runai?.accounts ?? [];
      if (used) used.lastLogin = new Date(testNow - 3 * dayMs).toISOString();
      if (old) old.lastLogin = new Date(testNow - 40 * dayMs).toISOString();
    },
  });
}

describe('--unused-for', () => {
  it.each([
    ['2d', 'app-001\napp-002\napp-003\n'],
    ['4d', 'app-002\napp-003\n'],
    ['41d', 'app-003\n'],
    ['81d', ''],
  ])('%s counts from the last use, or from the creation of what was never used', async (time, stdout) => {
    const argv = [...list, '--search', 'app', '--unused-for', time, '--quiet', '-q', '.[].name'];
    expect(await runai().run(argv)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('says that nscale does not know', async () => {
    const run = await createWorld({ accounts: 3 }).run([...list, '--unused-for', '1d', '-q', 'length']);
    expect(run).toEqual({
      code: 0,
      stdout: '0\n',
      stderr: `sactl: 3 left out by --unused-for: their provider does not say when they were used\n${noneMatches}`,
    });
  });

  it('counts those that it leaves out of several providers together', async () => {
    const world = createWorld({ providers: ['nscale', 'runai'], accounts: 2 });
    const argv = [...list, '--provider', 'all', '--unused-for', '1d', '-q', '[.[].provider] | unique[]'];
    expect(await world.run(argv)).toEqual({
      code: 0,
      stdout: 'runai\n',
      stderr: 'sactl: 2 left out by --unused-for: their provider does not say when they were used\n',
    });
  });
});

describe('--expiring-within', () => {
  it('is about what is still to expire', async () => {
    const world = createWorld({
      accounts: 3,
      arrange: ({ nscale }) => {
        const [expired, later] = nscale?.nscale?.accounts ?? [];
        if (expired) expired.expiry = timestamp(testNow - 1000);
        if (later) later.expiry = timestamp(testNow + 15 * dayMs);
      },
    });
    const argv = [...list, '--expiring-within', '14d', '-q', '.[].name'];
    expect(await world.run(argv)).toEqual({ code: 0, stdout: 'app-003\n', stderr: '' });
  });
});

describe('filters are refused before any request', () => {
  it.each(['--expiring-within', '--older-than', '--unused-for'])('%s', async (flag) => {
    const world = createWorld();
    expect(await world.run([...list, flag, 'soon'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${flag} "soon" must have the form 90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h\n`,
    });
    expect(world.requests).toEqual([]);
  });
});
