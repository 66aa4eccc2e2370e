import { inWords } from '../../src/model/duration.ts';
import type { Check } from './checks.ts';
import type { Change, History, Run, Span, Write } from './history.ts';
import type { StoreHistory } from './store-history.ts';

/** How long an answer, or a look, counts as the newest (docs/design.md 6, step 5). */
export const freshMs = 2000;

/** Longer than any run has to do: a minute for each of two targets, half a minute to verify, to settle and to wait. */
const longestMs = 600_000;

/** What has to hold where several machines share a store (docs/design.md 11). */
export const storeChecks = {
  'in the hand of one': {
    statement:
      'a request leaves only from a run that holds the account, unless it stood still for longer than its lease since the store last told it who does',
    broken: ({ changes, store }) => {
      if (store === null) return null;
      const wrong = changes.find((change) => change.isHeld === false && !isBeyondLimit(change, store));
      return wrong === undefined ? null : `${name(wrong.run)} asks for a change, and does not hold the account`;
    },
  },
  'one in flight': {
    statement:
      'no two requests are in flight at once, unless the first one stood still for longer than its lease since the store last told it who holds the account',
    broken: ({ changes, store }) => {
      if (store === null) return null;
      for (const change of changes) {
        const rival = changes.find((other) => isInFlight(other, change) && !isBeyondLimit(other, store, change.sentAt));
        if (rival !== undefined && !isBeyondLimit(change, store))
          return `${name(change.run)} asks for a change while that of ${name(rival.run)} is in flight`;
      }
      return null;
    },
  },
  'left before it is taken': {
    statement:
      'an account is taken from another run only where its record was not renewed for a lease, and let go by its holder only',
    broken: ({ store }) => {
      if (store === null) return null;
      for (const { by, before, after, age } of store.holds) {
        const isOwn = before.run === null || before.run === by.number;
        if (after.generation - before.generation !== (after.run === null ? 0 : 1))
          return `${name(by)} takes generation ${String(after.generation)} after ${String(before.generation)}`;
        if (!isOwn && after.run === null)
          return `${name(by)} lets go of what runner ${String((before.run ?? 0) + 1)} holds`;
        if (!isOwn && (age ?? 0) < store.leaseMs)
          return `${name(by)} takes what runner ${String((before.run ?? 0) + 1)} renewed ${inWords(age ?? 0)} before`;
      }
      return null;
    },
  },
  'along the graph': {
    statement: 'an entry in the store is only added to, and its states follow the graph of src/delivery/life.ts',
    broken: ({ store }) => store?.wrongMoves[0] ?? null,
  },
  'nothing readable in the store': {
    statement: 'no byte of a credential is in the store, but sealed',
    broken: ({ store }) => {
      const by = store?.leaks[0];
      return by === undefined ? null : `${by} writes a credential into the store`;
    },
  },
  'the loser knows': {
    statement:
      'a run that is refused because of another one says which, unless nobody has the account any more, or what that one has made of it',
    broken: ({ runs, store }) => {
      if (store === null) return null;
      const mute = runs.find((run) => run.code === 5 && !namesAnother(run, runs) && !isLeft(run, store));
      return mute === undefined ? null : `${name(mute)} ended with 5: ${mute.stderr.trim()}`;
    },
  },
  'ends in time': {
    statement: 'every run ends within ten minutes, and the time for which it stood still',
    broken: ({ runs, store }) => {
      const slow = store === null ? undefined : runs.find((run) => lengthOf(run) > longestMs);
      return slow === undefined ? null : `${name(slow)} took ${inWords(lengthOf(slow))}`;
    },
  },
  'works in the end': {
    statement: 'once somebody has looked after what was left, the account has a credential that works, in its target',
    broken: ({ runs, store, last, changes }) => {
      if (store === null || last?.diedAt === null) return null;
      const mender = runs.findLast(({ isFollowUp }) => isFollowUp);
      // Where nobody got to create it, there is no account.
      if (changes.every(({ doneAt }) => doneAt === null) && mender?.code === 3) return null;
      return `the target holds ${last === null ? 'nothing' : 'what is dead'}, and the last run ended with ${String(mender?.code)}: ${mender?.stderr.trim() ?? ''}`;
    },
  },
} as const satisfies Readonly<Record<string, Check>>;

/**
 * Whether a request is beyond what can be promised: its run stood still for longer than its lease, between the store's last
 * word on who holds the account and the time of the request, or a later one.
 */
function isBeyondLimit({ run, toldAt, sentAt }: Change, store: StoreHistory, at: number = sentAt): boolean {
  return toldAt !== null && still(run, { from: toldAt, until: at }) > store.leaseMs;
}

/**
 * The same for a write: its run's lease had passed since the store's last word, and it stood still for longer than a look
 * counts since it looked last; or it did the latter, and the request that ended the credential is itself beyond the limit.
 */
export function isLateWrite({ run, at, toldAt, lookedAt, secret }: Write, { store }: History): boolean {
  if (store === null) return false;
  const looked = Math.max(toldAt ?? 0, lookedAt ?? 0);
  if (still(run, { from: looked, until: at }) <= freshMs) return false;
  return (
    (toldAt !== null && at - toldAt > store.leaseMs) ||
    (secret.endedBy !== null && isBeyondLimit(secret.endedBy, store))
  );
}

/** For how long a run stood still in this time, in milliseconds. */
function still({ freezes }: Run, { from, until }: Span): number {
  return freezes.reduce((sum, one) => sum + Math.max(0, Math.min(until, one.until) - Math.max(from, one.from)), 0);
}

/** Whether one request was on its way when another run's was sent. */
function isInFlight(one: Change, { run, sentAt }: Change): boolean {
  if (one.run === run || one.sentAt > sentAt || one.run.startedAt === null) return false;
  const end = one.endedAt ?? (one.run.state === 'crashed' ? one.run.endedAt : null) ?? Number.POSITIVE_INFINITY;
  return sentAt < end;
}

function namesAnother({ stderr, pid, number }: Run, runs: readonly Run[]): boolean {
  if (/ was changed by somebody else | already: | accounts are named |other runs are competing for /.test(stderr))
    return true;
  const named = /process (\d+) on simulated-host/.exec(stderr)?.[1];
  return (
    named !== undefined &&
    runs.some((other) => other.number !== number && String(other.pid) === named && named !== String(pid))
  );
}

/** Whether a run was told that its account was taken over, by one that had let go of it when this one ended. */
function isLeft({ stderr, endedAt }: Run, { holds }: StoreHistory): boolean {
  const last = holds.findLast(({ at }) => at <= (endedAt ?? 0));
  return / another run has taken .* over/.test(stderr) && last !== undefined && last.after.run === null;
}

function lengthOf(run: Run): number {
  const { startedAt, endedAt } = run;
  if (startedAt === null || endedAt === null) return 0;
  return endedAt - startedAt - still(run, { from: startedAt, until: endedAt });
}

function name({ number }: Run): string {
  return `runner ${String(number + 1)}`;
}
