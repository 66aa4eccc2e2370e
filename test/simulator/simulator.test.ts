// @module-tag slow
import { describe, expect, test } from 'vitest';

import { brokenIn, type checks } from './checks.ts';
import { replayed, seeded } from './decisions.ts';
import { families, type FamilyName } from './families.ts';
import type { Change, History, IssuedSecret, Run } from './history.ts';
import { search, textOf } from './search.ts';
import { shrink } from './shrink.ts';
import type { StoreHistory } from './store-history.ts';
import { simulate } from './simulation.ts';

// A small part of what `npm run simulate` does; the same simulations every time.

const seeds: Readonly<Record<FamilyName, number>> = {
  lost: 40,
  late: 40,
  rivals: 25,
  neighbours: 40,
  simultaneous: 25,
  frozen: 0,
  shared: 15,
  store: 20,
  halted: 20,
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

test.each(['late', 'neighbours', 'store'] as const)(
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
    isFollowUp: false,
    pid: 1000,
    stateDirectory: '/state',
    targets: ['/token'],
    state: 'ended',
    startedAt: 0,
    endedAt: 10_000,
    code: 0,
    stdout: '',
    stderr: '',
    thrown: null,
    freezes: [],
    missingEntries: [],
    toldAt: null,
    lookedAt: null,
    isKeeping: false,
    hasFailedToKeep: false,
  };
  const change: Change = { run, sentAt: 0, toldAt: null, isHeld: null, endedAt: 0, doneAt: 0 };
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
    const one = Object.assign(
      run,
      { endedAt: 10_000, freezes: [], code: 0, state: 'ended', stderr: '', missingEntries: [], thrown: null },
      own,
    );
    const secret = { ...works, ...fate };
    const writes = [{ run: one, path: '/token', at: 5000, secret, toldAt: null, lookedAt: null }];
    return {
      runs: [one],
      changes: [change],
      issued: [secret],
      writes,
      store: null,
      last: secret,
      end: 10_000,
      ...more,
    };
  }

  test('nothing where all went well', () => expect([...brokenIn(historyOf({})).keys()]).toEqual([]));

  const rival: Run = { ...run, number: 1, endedAt: 20_000 };
  const cases: Readonly<Record<keyof typeof checks, () => History>> = {
    'ends well': () => historyOf({ state: 'running' }),
    'no dead write': () => historyOf({ code: 8 }, { diedAt: 2000, endedBy: { ...change, run: rival } }),
    'success lasts': () => historyOf({}, { diedAt: 8000, endedBy: change }),
    'unchanged is unchanged': () => historyOf({ code: 1 }),
    'one at a time': () =>
      historyOf({}, {}, { changes: [change, { ...change, run: rival, sentAt: 5000, doneAt: null }] }),
    'kept is kept': () => historyOf({ missingEntries: ['entry'] }),
    'nothing lost': () => historyOf({ code: 8 }, { foundIn: [] }),
    'no secret in words': () => historyOf({ stderr: 'the issued-secret' }),
    'in the hand of one': () => historyOf({}, {}, { store, changes: [{ ...change, isHeld: false }] }),
    'one in flight': () =>
      historyOf(
        {},
        {},
        {
          store,
          changes: [
            { ...change, endedAt: 9000 },
            { ...change, run: far, sentAt: 5000 },
          ],
        },
      ),
    'left before it is taken': () => historyOf({}, {}, { store: { ...store, holds: [takenAfter(59_000)] } }),
    'along the graph': () => historyOf({}, {}, { store: { ...store, wrongMoves: ['it goes from held to kept'] } }),
    'nothing readable in the store': () => historyOf({}, {}, { store: { ...store, leaks: ['runner 1'] } }),
    'the loser knows': () => historyOf({ code: 5, stderr: 'it is locked' }, {}, { store, changes: [] }),
    'ends in time': () => historyOf({ endedAt: 601_000 }, {}, { store }),
    'works in the end': () => historyOf({}, {}, { store, last: null }),
  };

  const store: StoreHistory = { leaseMs: 60_000, holds: [], wrongMoves: [], leaks: [] };
  const far: Run = { ...rival, stateDirectory: '/far' };

  function takenAfter(age: number): StoreHistory['holds'][number] {
    return { at: 0, by: far, before: { generation: 1, run: 0 }, after: { generation: 2, run: 1 }, age };
  }

  test.each(Object.entries(cases))('what is against it: %s', (check, history) => {
    expect([...brokenIn(history()).keys()]).toEqual([check]);
  });

  test.each([
    ['nothing where the run stood still for longer than its lease', 61_000, []],
    ['a request after a shorter pause', 59_000, ['in the hand of one']],
  ])('%s', (_, pauseMs, broken) => {
    const late = { ...change, isHeld: false, toldAt: 1000, sentAt: 63_000 };
    const own = { freezes: [{ from: 1500, until: 1500 + pauseMs }], endedAt: 64_000 };
    expect([...brokenIn(historyOf(own, {}, { store, changes: [late] })).keys()]).toEqual(broken);
  });

  test('nothing where an account is taken that was not renewed for a lease', () => {
    expect([...brokenIn(historyOf({}, {}, { store: { ...store, holds: [takenAfter(60_000)] } })).keys()]).toEqual([]);
  });
});
