import type { Decisions } from './decisions.ts';

/** Something that can happen: a runner goes on, a service gets to a request, a timer ends. */
export interface Happening {
  /** The number of the runner that it is about; null for the world's own. */
  readonly runner: number | null;
  /** Milliseconds since the epoch before which it does not happen. */
  readonly due: number;
  /** Whether a run can be stopped there; a timer only ends something that waits elsewhere. */
  readonly isEdge: boolean;
  readonly happen: () => void;
}

/** Virtual time, and what is still to happen in it. Only one thing happens at a time, and everything follows from the decisions. */
export interface Schedule {
  readonly now: () => number;
  /** Returns what takes it off again. */
  readonly add: (happening: Happening) => () => void;
  /** Nothing of this runner happens before then. */
  readonly freeze: (runner: number, until: number) => void;
  /** Nothing of this runner happens any more, until `goOn`. */
  readonly stop: (runner: number) => void;
  /** Lets everything happen that stopped runners waited for, so that they end and close their files. */
  readonly goOn: () => void;
  /** Moves the clock, without letting anything happen. */
  readonly pass: (milliseconds: number) => void;
  /** Lets one thing happen and everything that follows from it at once. Null when nothing is left. */
  readonly step: (runners: Runners) => Promise<Happening | null>;
}

/** What a step has to know of the runners. */
export interface Runners {
  readonly decisions: Decisions;
  /** Decides whether a runner is stopped before what it would do next. */
  readonly isStopped: (runner: number) => boolean;
  /** Those that have begun, and not ended or crashed. */
  readonly running: () => readonly number[];
  /** Whether nothing is under way on another thread. */
  readonly isQuiet: () => boolean;
}

export function createSchedule(start: number): Schedule {
  let now = start;
  const open = new Set<Happening>();
  const frozen = new Map<number, number>();
  const stopped: Happening[] = [];

  function dueOf({ runner, due }: Happening): number {
    return Math.max(due, runner === null ? 0 : (frozen.get(runner) ?? 0));
  }

  function waits(number: number): boolean {
    for (const { runner, isEdge } of open) if (isEdge && runner === number) return true;
    return false;
  }

  return {
    now: () => now,
    add: (happening) => {
      open.add(happening);
      return () => open.delete(happening);
    },
    freeze: (runner, until) => frozen.set(runner, until),
    stop: (runner) => {
      for (const happening of open) {
        if (happening.runner !== runner) continue;
        open.delete(happening);
        if (happening.isEdge) stopped.push(happening);
      }
    },
    goOn: () => {
      for (const { happen } of stopped) happen();
    },
    pass: (milliseconds) => {
      now += milliseconds;
    },
    step: async ({ decisions, isStopped, running, isQuiet }) => {
      if (open.size === 0) return null;
      now = Math.max(now, Math.min(...[...open].map(dueOf)));
      const ready = [...open].filter((happening) => dueOf(happening) <= now);
      const next = ready[decisions.choose(ready.length, 0.7)];
      if (next === undefined) return null;
      // Where its run is stopped, it stays to happen later, or does not happen.
      if (next.isEdge && next.runner !== null && isStopped(next.runner)) return next;
      open.delete(next);
      next.happen();
      await settled(() => running().every(waits) && isQuiet());
      return next;
    },
  };
}

/** How many turns of the event loop in a row nothing may be under way in. */
const quietTurns = 3;

/** In real milliseconds: what takes longer never comes to an edge. */
const patienceMs = 10_000;

/** Resolves once all runners wait, and nothing is under way that another branch of theirs began. */
async function settled(isStill: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let quiet = 0; quiet < quietTurns && performance.now() < end;) {
    await new Promise((done) => setImmediate(done));
    // Modules are loaded when they are needed first, which no resource tells.
    quiet = isStill() ? quiet + 1 : 0;
  }
}
