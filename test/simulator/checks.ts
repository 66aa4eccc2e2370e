import { inWords } from '../../src/model/duration.ts';
import type { Change, History, Run, Write } from './history.ts';
import { freshMs, isLateWrite, storeChecks } from './store-checks.ts';

/** What has to hold in every simulation. */
export interface Check {
  readonly statement: string;
  /** How it is broken; null when it holds. */
  readonly broken: (history: History) => string | null;
}

export const checks = {
  'ends well': {
    statement: 'every run that does not crash ends, with an exit code and without an exception',
    broken: ({ runs }) =>
      first(
        runs,
        ({ state, thrown }) => (state === 'ended' && thrown === null) || state === 'crashed',
        (run) => `${name(run)} is ${run.state}: ${String(run.thrown)}`,
      ),
  },
  'no dead write': {
    statement:
      'no target is given a credential that was dead for more than two seconds, unless its run stood still for longer than its lease since its last look',
    broken: (history) =>
      first(
        history.writes,
        (write) => !isDeadWrite(write) || isLateWrite(write, history),
        ({ run, at, secret }) =>
          `${name(run)} wrote a credential that was dead for ${inWords(at - (secret.diedAt ?? 0))}`,
      ),
  },
  'success lasts': {
    statement: 'what a run delivered and ended with 0 works, until a request of another run takes its place',
    broken: ({ runs, writes, store }) => {
      for (const run of runs.filter(({ code }) => code === 0)) {
        for (const path of run.targets) {
          const write = writes.findLast((one) => one.run === run && one.path === path);
          if (write === undefined) return `${name(run)} ended with 0 and wrote no credential`;
          const { diedAt, endedBy } = write.secret;
          if (diedAt !== null && endedBy?.run === run)
            return `${name(run)} ended with 0, and its own request ended that credential`;
          // Where runs stand still, it may have died before its run ended.
          const wasDead = store === null ? (diedAt ?? Infinity) < (run.endedAt ?? 0) - freshMs : isDeadWrite(write);
          if (wasDead && isLast(writes, run, path))
            return `${name(run)} ended with 0, and its target holds what was dead before`;
        }
      }
      return null;
    },
  },
  'unchanged is unchanged': {
    statement: 'a run that ends with anything but 0, 6, 7 and 8 has changed nothing, and changes nothing later',
    broken: ({ runs, changes }) =>
      first(
        runs,
        ({ state, code }) => state !== 'ended' || [0, 6, 7, 8].includes(code ?? 0),
        (run) =>
          changes.some((change) => change.run === run && change.doneAt !== null)
            ? `${name(run)} ended with ${String(run.code)}, and its request was done`
            : null,
      ),
  },
  'one at a time': {
    statement: 'no run asks for a change while another one that shares its state has asked and not ended',
    broken: ({ changes, runs }) => {
      for (const change of changes) {
        const rival = runs.find(
          (run) => run.stateDirectory === change.run.stateDirectory && isAtWork(run, change, changes),
        );
        if (rival !== undefined)
          return `${name(change.run)} asks for a change while ${name(rival)} is at work on its own`;
      }
      return null;
    },
  },
  'kept is kept': {
    statement: 'the journal holds each entry that a run names at its end',
    broken: ({ runs }) =>
      first(
        runs,
        ({ missingEntries }) => missingEntries.length === 0,
        (run) => `${name(run)} names entry ${run.missingEntries.join(', ')}, and it is not there`,
      ),
  },
  'nothing lost': {
    statement:
      'every credential that works and was received is in a target, in the journal or in the store, unless its machine was gone before it did anything else, or before the store took it',
    broken: ({ issued }) =>
      first(
        issued,
        ({ isReceived, foundIn }) => !isReceived || foundIn === null || foundIn.length > 0,
        (one) => `${name(one.change.run)} received ${one.secret}, and nobody has it`,
      ),
  },
  'no secret in words': {
    statement: 'no credential is on stderr',
    broken: ({ runs, issued }) =>
      first(
        runs,
        ({ stderr }) => !issued.some(({ secret }) => stderr.includes(secret)),
        (run) => `${name(run)} has a credential on stderr`,
      ),
  },
  ...storeChecks,
} as const satisfies Readonly<Record<string, Check>>;

/** The names of the checks that are broken, and how. */
export function brokenIn(history: History): ReadonlyMap<string, string> {
  const found = Object.entries(checks).map(([check, { broken }]) => [check, broken(history)] as const);
  return new Map(found.flatMap(([check, how]) => (how === null ? [] : [[check, how]])));
}

function first<One>(
  all: readonly One[],
  holds: (one: One) => boolean,
  words: (one: One) => string | null,
): string | null {
  return (
    all
      .filter((one) => !holds(one))
      .map(words)
      .find((how) => how !== null) ?? null
  );
}

function isDeadWrite({ at, secret: { diedAt } }: Write): boolean {
  return diedAt !== null && at - diedAt > freshMs;
}

function isLast(writes: History['writes'], run: Run, path: string): boolean {
  return writes.findLast((write) => write.path === path)?.run === run;
}

/** Whether a run was at work on a change of its own when another run's was sent. */
function isAtWork(run: Run, { run: other, sentAt }: Change, changes: readonly Change[]): boolean {
  if (run === other || run.freezes.length > 0 || run.state === 'crashed') return false;
  const began = changes.find((change) => change.run === run)?.sentAt ?? Number.POSITIVE_INFINITY;
  return began < sentAt && sentAt < (run.endedAt ?? Number.POSITIVE_INFINITY);
}

function name({ number }: Run): string {
  return `runner ${String(number + 1)}`;
}
