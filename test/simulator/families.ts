import {
  crashing,
  freezing,
  halting,
  late,
  losing,
  mortal,
  steady,
  unsteady,
  working,
  type Fate,
  type Stop,
} from './faults.ts';

/** A kind of simulation: who runs, where, and what can go wrong. */
export interface Family {
  readonly statement: string;
  readonly operations: readonly ('rotate' | 'create')[];
  readonly runners: readonly RunnerKind[];
  /** How many of them there are at least; the others are a matter of chance. */
  readonly fewest: number;
  /** The store that they share, with what can happen to a request to it; null where each has the state of its folder only. */
  readonly store: readonly Fate[] | null;
  /** What can happen to a request that changes something, and to one that does not. */
  readonly changes: readonly Fate[];
  readonly reads: readonly Fate[];
  readonly stops: readonly Stop[];
  /** How many faults and stops one simulation has at most. */
  readonly mostFaults: number;
  /** The share of edges, and of requests that change nothing, at which nothing goes wrong. */
  readonly calm: number;
  /** Whether `npm test` runs it: only where every check holds. */
  readonly isTested: boolean;
}

export interface RunnerKind {
  /** Runners with the same name share a state folder. */
  readonly folder: string;
  /** Runners of one machine see each other's processes only in the same PID namespace. */
  readonly machine: string;
  readonly namespace: string;
  /** When it starts, in milliseconds from the beginning; one is chosen. */
  readonly starts: readonly number[];
  /** For how long its first target refuses, in milliseconds from the first request on that changes something; one is chosen. */
  readonly refusals: readonly number[];
  /** How far its clock may be ahead of the true one, in milliseconds; one is chosen. */
  readonly skews: readonly number[];
  /** What `--wait` may say; null is nothing. */
  readonly waits: readonly (string | null)[];
  /** How it says which account is rotated; one is chosen. */
  readonly selections: readonly Selection[];
}

/** By its id, or by its name: then a run looks into the records of all accounts first. */
export type Selection = '--id' | '--match';

const first: RunnerKind = {
  folder: 'a',
  machine: 'a',
  namespace: 'a',
  starts: [0],
  refusals: [0],
  skews: [0],
  waits: [null],
  selections: ['--id', '--match'],
};

/** Longer than a target is tried, too. */
const refusals = [0, 1500, 6000, 20_000, 90_000];
/** Not in the second in which the first one begins: expiries of nscale are in whole seconds. */
const starts = [1500, 4000, 10_000, 30_000];
const atOnce = [0, 500];

const slowFirst: RunnerKind = { ...first, refusals };
const second: RunnerKind = { ...first, folder: 'b', machine: 'b', namespace: 'b', starts, refusals };

/** Machines of their own that share a store. */
function farApart(name: string): RunnerKind {
  return {
    ...first,
    folder: name,
    machine: name,
    namespace: name,
    starts: [0, 700, 4000, 20_000, 70_000, 130_000],
    refusals: [0, 0, 1500, 20_000, 90_000],
    skews: [0, 300, -90_000, 3_600_000],
    waits: [null, '10s'],
  };
}

const defaults = {
  operations: ['rotate', 'create'],
  fewest: 2,
  store: null,
  changes: working,
  reads: working,
  stops: steady,
  mostFaults: 3,
  calm: 0.9,
} as const;

export const families = {
  lost: {
    ...defaults,
    statement: 'one runner, answers that get lost',
    runners: [slowFirst],
    changes: losing,
    reads: losing,
    isTested: true,
  },
  late: {
    ...defaults,
    statement: 'one runner, and a service that gets to requests after their exchange has ended',
    runners: [first],
    changes: late,
    isTested: true,
  },
  rivals: {
    ...defaults,
    statement: 'two runners with state folders of their own, one target for both, and targets that refuse for a while',
    operations: ['rotate'],
    runners: [slowFirst, second],
    isTested: true,
  },
  simultaneous: {
    ...defaults,
    statement: 'two such runners that ask within one second',
    operations: ['rotate'],
    runners: [slowFirst, { ...second, starts: atOnce }],
    isTested: true,
  },
  frozen: {
    ...defaults,
    statement: 'two such runners, whose processes or networks may stand still for a while',
    operations: ['rotate'],
    runners: [slowFirst, second],
    stops: freezing,
    isTested: false,
  },
  shared: {
    ...defaults,
    statement: 'two runners with one state folder, one host name, and PID namespaces of their own',
    operations: ['rotate'],
    runners: [slowFirst, { ...second, folder: 'a', machine: 'a' }],
    isTested: true,
  },
  neighbours: {
    ...defaults,
    statement: 'two runners on one machine, one of which may crash at any edge',
    operations: ['rotate'],
    runners: [slowFirst, { ...second, folder: 'a', machine: 'a', namespace: 'a' }],
    changes: losing,
    stops: crashing,
    isTested: true,
  },
  store: {
    ...defaults,
    statement:
      'two to five machines that share a store, any of which may crash, stand still or lose the store for a while; then one that mends what they left',
    runners: ['a', 'b', 'c', 'd', 'e'].map(farApart),
    store: unsteady,
    changes: late,
    stops: mortal,
    mostFaults: 4,
    calm: 0.97,
    isTested: true,
  },
  halted: {
    ...defaults,
    statement: 'two such machines, the first of which stands still for longer than its lease when the second one comes',
    operations: ['rotate'],
    runners: [
      { ...farApart('a'), starts: [0] },
      { ...farApart('b'), starts: [70_000, 90_000], waits: ['10s'] },
    ],
    store: working,
    changes: losing,
    stops: halting,
    mostFaults: 2,
    isTested: true,
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof families;
