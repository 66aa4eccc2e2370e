// @module-tag slow
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { timestamp } from '../../src/sandbox/nscale/state.ts';
import { testNow } from '../harness/context.ts';
import type { Outcome } from '../harness/run.ts';
import { disagreements, itemsOf, verdictOf } from './agreement.ts';
import { dayMs } from './servers.ts';
import { createWorld, isMutation, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--json'];

/** Two processes of one machine that both run. */
function running(pid: number): { self: { pid: number; host: string; isRunning: () => boolean } } {
  return { self: { pid, host: 'test-host', isRunning: () => true } };
}

/** Does something when the nth request of a kind is on its way, before the provider has it. */
function before(
  isMeant: (request: Request) => boolean,
  nth: number,
  work: () => Promise<void> | void,
): NonNullable<WorldOptions['network']> {
  let count = 0;
  return (fetch) => async (input, init) => {
    const request = new Request(input, init);
    count += isMeant(request) ? 1 : 0;
    if (isMeant(request) && count === nth) await work();
    return fetch(request);
  };
}

function isList({ method, url }: Request): boolean {
  return method === 'GET' && url.endsWith('/serviceaccounts');
}

async function verdicts(run: Outcome): Promise<Record<string, string>> {
  return Object.fromEntries(itemsOf(run).map((item) => [item.name ?? '', verdictOf(item)]));
}

describe('another run', () => {
  it('that has an account keeps it, and the others are rotated', async () => {
    let run: Outcome | null = null;
    const world: World = createWorld({
      accounts: 4,
      network: before(isMutation, 1, async () => {
        run = await world.run(rotate, running(2));
      }),
    });
    const one = ['sa', 'rotate', '--id', 'app-002', ...toFiles, '--yes', '--json'];
    expect((await world.run(one, running(1))).code).toBe(0);
    const outcome = run ?? { code: -1, stdout: '', stderr: '' };
    expect(outcome.code).toBe(6);
    expect(await verdicts(outcome)).toEqual({
      'app-001': 'rotated',
      'app-002': 'failed: 5',
      'app-003': 'rotated',
      'app-004': 'rotated',
    });
    const { error } = itemsOf(outcome).find(({ name }) => name === 'app-002') ?? {};
    expect(error).toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/^nscale service account app-002 is locked by process 1 on test-host/),
    });
    expect(world.mutations()).toHaveLength(4);
  });

  it('does not get an account that this one is about to rotate', async () => {
    let other: Outcome | null = null;
    const world: World = createWorld({
      accounts: 4,
      network: before(isMutation, 1, async () => {
        const one = ['sa', 'rotate', '--id', 'app-004', ...toFiles, '--yes', '--json'];
        other = await world.run(one, running(2));
      }),
    });
    const run = await world.run([...rotate, '--concurrency', '1'], running(1));
    expect(other).toMatchObject({ code: 5, stdout: '' });
    expect({ code: run.code, wrong: disagreements(world, run) }).toEqual({ code: 0, wrong: [] });
  });

  it('over the same accounts rotates what this one does not: each is rotated once', async () => {
    const world = createWorld({ accounts: 40 });
    const runs = await Promise.all([1, 2, 3].map((pid) => world.run(rotate, running(pid))));
    const { nscale } = world.servers;
    for (const { id, name, liveHash } of nscale?.accounts() ?? []) {
      const issued = nscale?.issuedTo(id) ?? [];
      const token = readFileSync(join(world.folder, 'tokens', `nscale-${name}`), 'utf8');
      const said = runs.map((run) => itemsOf(run).find((item) => item.id === id));
      expect({ name, issued: issued.length, isLive: nscale?.hash(token) === liveHash }).toEqual({
        name,
        issued: 1,
        isLive: true,
      });
      expect(said.filter((item) => item?.kind === 'rotated')).toHaveLength(1);
      expect(said.filter((item) => item?.exitCode === 5)).toHaveLength(2);
    }
  });
});

describe('another run that ended while this one was asked whether to go on', () => {
  it('is seen by the records where the age made an account due, and the provider shows nothing of it', async () => {
    const world = createWorld({ providers: ['runai'], accounts: 2 });
    const age = ['--older-than', '1d', '--age-from', 'createdAt'];
    const argv = ['sa', 'rotate', ...age, ...toFiles];
    let other: Outcome | null = null;
    async function confirm(): Promise<boolean> {
      other = await world.run([...argv, '--match', 'app-001', '--yes', '--json'], running(2));
      return true;
    }
    const run = await world.run([...argv, '--match', 'app-*', '--format', 'json'], {
      ...running(1),
      terminal: 100,
      prompt: { confirm },
    });
    expect(other).toMatchObject({ code: 0 });
    expect(run.code).toBe(6);
    expect(await verdicts(run)).toEqual({ 'app-001': 'failed: 5', 'app-002': 'rotated' });
    expect(world.servers.runai?.accounts().map(({ id }) => world.servers.runai?.issuedTo(id).length)).toEqual([
      1, 1, 0,
    ]);
  });
});

/** The first account becomes another after it was chosen, and before it is locked and read once more. */
function changing(change: (world: World) => Promise<void> | void): World {
  const world: World = createWorld({ accounts: 3, network: before(isList, 2, () => change(world)) });
  return world;
}

describe('an account that is not any more what it was when the run was planned', () => {
  const cases: readonly (readonly [string, (world: World) => void, object])[] = [
    [
      'changed',
      ({ servers }) => {
        for (const one of servers.nscale?.nscale?.accounts.slice(0, 1) ?? []) one.description = 'new';
      },
      { code: 'conflict', exitCode: 5 },
    ],
    [
      'rotated from elsewhere',
      ({ servers }) => {
        for (const one of servers.nscale?.nscale?.accounts.slice(0, 1) ?? []) {
          one.expiry = timestamp(testNow + 90 * dayMs);
        }
      },
      { code: 'conflict', exitCode: 5 },
    ],
    [
      'deleted',
      ({ servers }) => {
        servers.nscale?.nscale?.accounts.shift();
      },
      {
        code: 'not_found',
        message:
          'nscale service account app-001 (c0000000-0000-4000-8000-000000000001) has been deleted in the meantime',
        exitCode: 3,
      },
    ],
  ];

  it.each(cases)('is left alone when it was %s', async (_, change, error) => {
    const world = changing(change);
    const run = await world.run(rotate);
    expect(run.code).toBe(6);
    expect(itemsOf(run).find(({ name }) => name === 'app-001')).toMatchObject({ kind: 'failed', error });
    expect(world.mutations().filter((request) => request.includes('000000000001/'))).toEqual([]);
    expect(world.mutations()).toHaveLength(2);
  });

  it('is rotated all the same when only the time of its expiry has come', async () => {
    const world = changing((own) => own.context().ctx.sleep(6 * dayMs));
    const run = await world.run(rotate);
    expect({ code: run.code, wrong: disagreements(world, run) }).toEqual({ code: 0, wrong: [] });
  });
});
