import type { Context } from '../context.ts';
import { HttpError } from '../http/error.ts';
import type { Evidence, IssuancePlan } from '../providers/issuance.ts';
import type { JournalRecord } from '../state/record.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';

/** How long a server may go on working on a request after its connection has ended: the settle window. */
const windowMs = 30_000;
/** How long an exchange takes at most, unless flags say otherwise. */
const exchangeMs = 30_000;
const pauseMs = 2500;
/** Lists lag writes, so that one reading shows nothing. */
const enoughReadings = 3;

/** A request whose answer was lost. */
export interface Lost {
  readonly plan: Pick<IssuancePlan, 'readEvidence' | 'leavesEvidence'>;
  readonly cause: unknown;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  /** Whether another credential would be issued; else there is nothing to wait for where nothing can be read. */
  readonly mayReissue: boolean;
}

/**
 * What can be proven after an answer that never came (docs/design.md 6). A change is proven by one reading. That there is none
 * takes three unchanged readings in a row, the last of them once the server cannot be at work any more: at once
 * after a failure in the provider's own shape, else at the end of the settle window. Where readings prove nothing, the window
 * is waited out, because the request would overtake another one.
 */
export async function gatherEvidence(ctx: Pick<Context, 'now' | 'sleep' | 'signal'>, lost: Lost): Promise<Evidence> {
  const { plan, cause, endedAt } = lost;
  const windowEnd = endedAt + windowMs;
  if (!plan.leavesEvidence) {
    if (lost.mayReissue) await ctx.sleep(Math.max(0, windowEnd - ctx.now()), ctx.signal);
    return readOnce(plan);
  }
  const settled = hasEnded(cause) ? endedAt : windowEnd;
  for (let unchanged = 0; ; await ctx.sleep(pauseMs, ctx.signal)) {
    // What a reading shows is as old as its request: this machine may stand still before it looks at the answer.
    const askedAt = ctx.now();
    const evidence = await readOnce(plan);
    if (evidence.kind === 'changed') return evidence;
    unchanged = evidence.kind === 'unchanged' ? unchanged + 1 : 0;
    const isProven = unchanged >= enoughReadings && mayHaveDoneNothing(cause);
    if (isProven && askedAt >= settled) return evidence;
    if (askedAt >= windowEnd) return evidence.kind === 'unclear' ? evidence : nothingKnown;
  }
}

/**
 * For how many milliseconds from `now` a request whose answer is lost may still be done, by the records of its entry; 0 once it
 * is settled. A process that was killed did not say when its exchange ended. The records have the time of the machine that
 * wrote them, which counts from the last of them on where it is known when that was written.
 */
export function unsettledMs({ records, writtenAt }: Pick<ReadableEntry, 'records' | 'writtenAt'>, now: number): number {
  const times = records.map(timeOf).filter((time) => !Number.isNaN(time));
  const ahead = writtenAt === undefined || times.length === 0 ? 0 : Math.max(...times) - writtenAt;
  const ends = records.map((record) => {
    if (record.type === 'sent') return timeOf(record) + exchangeMs + windowMs;
    return record.type === 'outcome' ? timeOf(record) + windowMs : 0;
  });
  const left = Math.max(0, ...ends.filter((end) => !Number.isNaN(end))) - ahead - now;
  // Another machine's clock may be ahead.
  return Math.min(Math.max(0, left), exchangeMs + windowMs);
}

function timeOf(record: JournalRecord): number {
  return 'at' in record ? Date.parse(record.at ?? '') : Number.NaN;
}

const nothingKnown: Evidence = { kind: 'unclear', candidates: [] };

async function readOnce(plan: Lost['plan']): Promise<Evidence> {
  try {
    return await plan.readEvidence();
  } catch {
    return nothingKnown;
  }
}

/** Whether the handler of the request has ended: only an error in the provider's own shape says so, and no gateway's page. */
function hasEnded(cause: unknown): boolean {
  return cause instanceof HttpError && cause.answeredBy === 'service';
}

/** An answer of success comes from a server that has done something; an unexpected error says nothing of the exchange. */
function mayHaveDoneNothing(cause: unknown): boolean {
  if (!(cause instanceof HttpError) || answered.has(cause.code)) return false;
  return cause.status === null || cause.status >= 400;
}

const answered: ReadonlySet<string> = new Set(['bad_answer', 'too_large']);
