import type { ProcessIdentity } from '../context.ts';
import { asText, type Fields } from '../model/account.ts';
import { safeText } from '../model/text.ts';

/** The process that holds a lock or a journal entry. What its system does not tell, or an older sactl did not write, is null. */
export interface Holder extends Pick<ProcessIdentity, 'pid' | 'host'> {
  readonly bootId: string | null;
  /** e.g. `pid:[4026531836]`. */
  readonly pidNamespace: string | null;
  /** In clock ticks since the boot. */
  readonly startTime: string | null;
}

export function holderOf({ pid, host, marks }: ProcessIdentity): Holder {
  return {
    host,
    bootId: marks?.bootId() ?? null,
    pidNamespace: marks?.pidNamespace() ?? null,
    pid,
    startTime: marks?.startTime(pid) ?? null,
  };
}

/** Null where the fields do not name a process. */
export function parseHolder(fields: Fields): Holder | null {
  const { pid } = fields;
  const host = asText(fields['host']);
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || host === null) return null;
  return {
    host,
    bootId: asText(fields['bootId']),
    pidNamespace: asText(fields['pidNamespace']),
    pid,
    startTime: asText(fields['startTime']),
  };
}

/** What can be seen of a holder from here. */
interface Sight {
  /** Whether process numbers mean the same there as here: one boot of one machine, and one PID namespace. */
  readonly place: 'same' | 'other' | 'unknown';
  readonly number: 'ours' | 'running' | 'gone';
  /** Of the process that has the number now. */
  readonly start: 'same' | 'other' | 'unknown';
}

/** The first row that fits. Null is not known: then a lease tells (`lease.ts`). */
const deaths: readonly (readonly [when: Partial<Sight>, isDead: boolean | null])[] = [
  [{ place: 'other' }, null],
  // Written by an older sactl, which renews nothing.
  [{ place: 'unknown', number: 'running' }, false],
  [{ place: 'unknown' }, null],
  [{ number: 'gone' }, true],
  // Containers give the same number again and again.
  [{ start: 'other' }, true],
  [{ start: 'same' }, false],
  [{}, false],
];

/** Whether the holder has ended; null where that cannot be known. */
export function isDead(holder: Holder, self: ProcessIdentity): boolean | null {
  const sight = new Map<string, string>(Object.entries(sightOf(holder, self)));
  const row = deaths.find(([when]) => Object.entries(when).every(([fact, value]) => sight.get(fact) === value));
  return row?.[1] ?? null;
}

function sightOf(holder: Holder, self: ProcessIdentity): Sight {
  const { pid } = holder;
  const number = pid === self.pid ? 'ours' : self.isRunning(pid) ? 'running' : 'gone';
  return { place: placeOf(holder, self), number, start: compare(holder.startTime, self.marks?.startTime(pid) ?? null) };
}

function placeOf(holder: Holder, { host, marks }: ProcessIdentity): Sight['place'] {
  const here = [marks?.bootId() ?? null, marks?.pidNamespace() ?? null] as const;
  const there = [holder.bootId, holder.pidNamespace] as const;
  const compared = new Set([compare(there[0], here[0]), compare(there[1], here[1])]);
  if (compared.has('other')) return 'other';
  if (!compared.has('unknown')) return 'same';
  if (holder.host !== host) return 'other';
  // Where neither tells, the system has no PID namespaces.
  return [...here, ...there].every((mark) => mark === null) ? 'same' : 'unknown';
}

function compare(one: string | null, other: string | null): Sight['start'] {
  if (one === null || other === null) return 'unknown';
  return one === other ? 'same' : 'other';
}

/** e.g. `process 900 on ci-runner (https://github.com/acme/deploy/actions/runs/7)` @param run the page of its CI run, if known */
export function nameOfHolder({ pid, host }: Holder, run: string | null = null): string {
  return `process ${pid} on ${safeText(host, 100)}${run === null ? '' : ` (${safeText(run, 300)})`}`;
}

/**
 * How a lock or an entry ends whose holder does not end it: its death is seen, a lease runs out, or, where another process
 * may have its number by now, somebody removes the file.
 */
export type HolderEnd = 'seen' | 'lease' | 'by hand';

export function holderEnd(holder: Holder, self: ProcessIdentity): HolderEnd {
  if (isDead(holder, self) === null) return 'lease';
  return holder.startTime === null ? 'by hand' : 'seen';
}
