import { describe, expect, test } from 'vitest';

import { brokenIn, type checks } from './checks.ts';
import { replayed, seeded } from './decisions.ts';
import { families, type FamilyName } from './families.ts';
import type { Change, History, IssuedSecret, Run } from './history.ts';
import { search, textOf } from './search.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulation.ts';

// A small part of what `npm run simulate` does; the same simulations every time.

const seeds: Readonly<Record<FamilyName, number>> = {
  lost: 50,
  late: 60,
  rivals: 30,
  neighbours: 60,
  simultaneous: 30,
  frozen: 0,
  shared: 0,
};

const tested = Object.entries(seeds).flatMap(([name, to]) => (to === 0 ? [] : [{ family: name as FamilyName, to }]));

test('every family that holds is tried', () => {
  const held = Object.entries(families).filter(([, { isTested }]) => isTested);
  expect(tested.map(({ family }) => family).toSorted()).toEqual(held.map(([name]) => name).toSorted());
});

test.each(tested)(
  '$to seeds of $family break nothing',
  async ({ family, to }) => {
    const ends = new Set<number | null>();
    const failure = await search({
      family,
      from: 1,
      to: to + 1,
      onSeen: ({ runs }) => runs.forEach(({ code }) => ends.add(code)),
    });
    expect(failure === null ? null : textOf(failure)).toBeNull();
    // A simulation in which everything goes well, or nothing, says little.
    expect(ends.size).toBeGreaterThan(1);
  },
  180_000,
);

test.each(['late', 'neighbours'] as const)(
  '%s: a seed, and its list of decisions, give the same again',
  async (family) => {
    for (const seed of [3, 4, 5]) {
      const decisions = seeded(seed);
      const { trace } = await simulate(families[family], decisions);
      expect((await simulate(families[family], seeded(seed))).trace).toEqual(trace);
      expect((await simulate(families[family], replayed(decisions.made))).trace).toEqual(trace);
    }
  },
);

/** Whether a number above 2 stands before the first 1. */
async function isOneAfterMany(list: readonly number[]): Promise<boolean> {
  return list.some((one, at) => one > 2 && list.indexOf(1) > at);
}

test('a list of decisions is shortened as long as it fails', async () => {
  expect(await shrink([0, 4, 0, 7, 2, 1, 0, 5, 1, 0], isOneAfterMany)).toEqual([3, 1]);
});

describe('a check is broken by', () => {
  const run: Run = {
    number: 0,
    argv: [],
    stateDirectory: '/state',
    targets: ['/token'],
    state: 'ended',
    startedAt: 0,
    endedAt: 10_000,
    code: 0,
    stdout: '',
    stderr: '',
    thrown: null,
    longestPauseMs: 0,
    missingEntries: [],
  };
  const change: Change = { run, sentAt: 0, doneAt: 0 };
  const works: IssuedSecret = {
    secret: 'issued-secret',
    at: 0,
    change,
    diedAt: null,
    endedBy: null,
    isReceived: true,
    foundIn: ['target'],
  };

  /** One run, which went well but for what is given. */
  function historyOf(own: Partial<Run>, fate: Partial<IssuedSecret> = {}, more: Partial<History> = {}): History {
    const one = Object.assign(run, { code: 0, state: 'ended', stderr: '', missingEntries: [], thrown: null }, own);
    const secret = { ...works, ...fate };
    const writes = [{ run: one, path: '/token', at: 5000, secret }];
    return { runs: [one], changes: [change], issued: [secret], writes, end: 10_000, ...more };
  }

  test('nothing where all went well', () => expect([...brokenIn(historyOf({})).keys()]).toEqual([]));

  const rival: Run = { ...run, number: 1, endedAt: 20_000 };
  const cases: Readonly<Record<keyof typeof checks, () => History>> = {
    'ends well': () => historyOf({ state: 'running' }),
    'no dead write': () => historyOf({ code: 8 }, { diedAt: 2000, endedBy: { ...change, run: rival } }),
    'success lasts': () => historyOf({}, { diedAt: 8000, endedBy: change }),
    'unchanged is unchanged': () => historyOf({ code: 1 }),
    'one at a time': () => historyOf({}, {}, { changes: [change, { run: rival, sentAt: 5000, doneAt: null }] }),
    'kept is kept': () => historyOf({ missingEntries: ['entry'] }),
    'nothing lost': () => historyOf({ code: 8 }, { foundIn: [] }),
    'no secret in words': () => historyOf({ stderr: 'the issued-secret' }),
  };

  test.each(Object.entries(cases))('what is against it: %s', (check, history) => {
    expect([...brokenIn(history()).keys()]).toEqual([check]);
  });
});
