import type { ProcessIdentity } from '../context.ts';
import type { RecordedIntent } from './intent.ts';

/** No run takes as long: a process of that number is another one by then. */
const longestRunMs = 24 * 60 * 60 * 1000;

export interface Watch {
  readonly self: ProcessIdentity;
  readonly now: () => number;
  /** Whether this process has the entry open. */
  readonly isMine: (id: string) => boolean;
}

/**
 * Whether the process that began an entry is still at it. One of another machine may be, but nobody can tell, so it is
 * not; neither is a process of our own number that has been forgotten: containers give the same number again and again.
 */
export function isUnderWay(intent: RecordedIntent, watch: Watch): boolean {
  const { self } = watch;
  if (watch.isMine(intent.id)) return true;
  if (intent.process.host !== self.host || intent.process.pid === self.pid) return false;
  return self.isRunning(intent.process.pid) && !isOld(Date.parse(intent.startedAt), watch);
}

/** Whether the process is known to be dead, or, where nobody can tell, must be. */
export function isAbandoned(intent: RecordedIntent, watch: Watch): boolean {
  const { self } = watch;
  if (watch.isMine(intent.id)) return false;
  const isKnown = intent.process.host === self.host && intent.process.pid !== self.pid;
  return isKnown ? !self.isRunning(intent.process.pid) : isOld(Date.parse(intent.startedAt), watch);
}

/** Whether a time, in milliseconds since the epoch, is more than a day ago. */
export function isOld(time: number, { now }: Pick<Watch, 'now'>): boolean {
  return now() - time > longestRunMs;
}
