import type { Context } from '../context.ts';
import { CliError, ExitCode } from '../errors.ts';
import { createBrake } from './brake.ts';
import type { BulkResult, Item } from './items.ts';
import type { Prepared } from './prepare.ts';
import type { Progress } from './progress.ts';
import { left } from './rotate-one.ts';

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
