import type { Context } from '../context.ts';
import { CliError, ExitCode } from '../errors.ts';
import type { BulkResult, FailedItem, Item } from './items.ts';
import type { Prepared } from './prepare.ts';
import type { Progress } from './progress.ts';
import { left } from './rotate-one.ts';
import type { Listed } from './member.ts';

/** Keeps account of a run under way. */
export interface Ledger {
  /** The context for one account: what an interrupt would leave of it counts for the whole run. */
  readonly ctx: Context;
  /** What comes of an account that is not to be begun any more; null while it is. */
  readonly refusal: (one: Prepared) => Item | null;
  readonly done: (one: Prepared, item: Item) => Promise<void>;
  /** What every account would come to if the program ended now. */
  readonly codesNow: () => readonly ExitCode[];
  readonly result: () => BulkResult;
}

export interface LedgerOptions {
  readonly progress: Progress;
  /** How many accounts are to be rotated. */
  readonly total: number;
}

export function openLedger(ctx: Context, { progress, total }: LedgerOptions): Ledger {
  const items: Item[] = [];
  const underWay = new Set<() => ExitCode>();
  const brake = createBrake();
  return {
    ctx: watched(ctx, underWay),
    refusal: (one) => {
      if (ctx.signal.aborted) {
        return left(one, 'interrupted', { exitCode: exitCodeOf(ctx.signal.reason) });
      }
      const detail = brake.reasonFor(one.listed);
      return detail === null ? null : left(one, 'stopped', { exitCode: ExitCode.failed, detail });
    },
    done: async (one, item) => {
      if (item.kind === 'rotated') brake.succeeded(one.listed);
      if (item.kind === 'failed') brake.failed(one.listed, item.item);
      items.push(item);
      await progress.done(item);
    },
    codesNow: () => [
      ...items.map(({ item }) => item.exitCode),
      ...Array.from(underWay, (code) => code()),
      ...(items.length + underWay.size < total ? [exitCodeOf(ctx.signal.reason)] : []),
    ],
    result: () => resultOf(items),
  };
}

/** A second interrupt ends the program as the worst of all that is under way says. */
function watched(ctx: Context, underWay: Set<() => ExitCode>): Context {
  return {
    ...ctx,
    mutating: async (work, interrupted = () => ExitCode.unknownOutcome) => {
      underWay.add(interrupted);
      try {
        return await work();
      } finally {
        underWay.delete(interrupted);
      }
    },
  };
}

function exitCodeOf(reason: unknown): ExitCode {
  return reason instanceof CliError ? reason.exitCode : ExitCode.interrupted;
}

function resultOf(items: readonly Item[]): BulkResult {
  return {
    rotated: items.flatMap((one) => (one.kind === 'rotated' ? [one.item] : [])),
    skipped: items.flatMap((one) => (one.kind === 'skipped' ? [one.item] : [])),
    failed: items.flatMap((one) => (one.kind === 'failed' ? [one.item] : [])),
  };
}

/** How often in a row a provider may answer in this way before nothing more is sent to it. */
const limits: ReadonlyMap<ExitCode, { readonly times: number; readonly what: string }> = new Map([
  [ExitCode.auth, { times: 3, what: 'refused as not permitted' }],
  [ExitCode.unknownOutcome, { times: 3, what: 'left without a credential that anybody has' }],
  [ExitCode.undelivered, { times: 3, what: 'given a credential that does not work' }],
]);

/**
 * Says when no more accounts are to be begun: with a connection whose answers are the same refusal again and again, and
 * with any once a target does not take what it is given, because every further rotation would cost another credential.
 */
export interface Brake {
  readonly succeeded: (listed: Listed) => void;
  readonly failed: (listed: Listed, item: FailedItem) => void;
  /** Why no more accounts of this connection are begun; null while they are. */
  readonly reasonFor: (listed: Listed) => string | null;
}

function createBrake(): Brake {
  const streaks = new Map<Listed, Map<ExitCode, number>>();
  const stopped = new Map<Listed, string>();
  let failedTarget: string | null = null;

  function count(listed: Listed, code: ExitCode): number {
    const streak = streaks.get(listed) ?? new Map<ExitCode, number>();
    const times = (streak.get(code) ?? 0) + 1;
    streaks.set(listed, streak.set(code, times));
    return times;
  }

  return {
    succeeded: (listed) => {
      streaks.delete(listed);
    },
    failed: (listed, { exitCode, deliveredTo, name }) => {
      const refusing = deliveredTo.find(({ ok }) => !ok);
      if (refusing !== undefined) failedTarget ??= `${refusing.target} failed for ${name ?? ''}`;
      const limit = limits.get(exitCode);
      if (limit === undefined || count(listed, exitCode) < limit.times) return;
      stopped.set(listed, `${limit.times} accounts in a row were ${limit.what}`);
    },
    reasonFor: (listed) => failedTarget ?? stopped.get(listed) ?? null,
  };
}
