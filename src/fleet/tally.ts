import type { Context } from '../context.ts';
import { CliError, ExitCode } from '../errors.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { leftItem, type BulkResult, type Item } from './items.ts';
import type { Waiting } from './prepare.ts';
import type { Progress } from './progress.ts';

/** The results of a run so far, and whether it goes on. */
export interface Tally {
  /** The context to rotate an account in: what an interrupt would leave of it counts for the whole run. */
  readonly ctx: Context;
  /** The result of an account that is not to be begun any more; null where it may be. */
  readonly refusal: (one: Waiting) => Item | null;
  readonly done: (one: Waiting, item: Item) => Promise<void>;
  /** The same of what an earlier run kept: a target that fails it costs no further credential. */
  readonly brought: (item: Item) => Promise<void>;
  /** Takes the place of the result that this account had. */
  readonly revised: (item: Item) => void;
  /** The exit code of every account if the program ended now. */
  readonly codesNow: () => readonly ExitCode[];
  readonly result: () => BulkResult;
}

/** @param total how many accounts are worked on */
export function openTally(ctx: Context, progress: Progress, total: number): Tally {
  const items: Item[] = [];
  const underWay = new Set<() => ExitCode>();
  const breaker = createCircuitBreaker();
  async function add(item: Item): Promise<void> {
    items.push(item);
    await progress.done(item);
  }
  return {
    ctx: watched(ctx, underWay),
    refusal: ({ account, listed }) => {
      if (ctx.signal.aborted) return leftItem(account, 'interrupted', { exitCode: exitCodeOf(ctx.signal.reason) });
      const detail = breaker.reasonFor(listed);
      return detail === null ? null : leftItem(account, 'stopped', { exitCode: ExitCode.failed, detail });
    },
    done: async ({ listed }, item) => {
      if (item.kind === 'rotated') breaker.succeeded(listed);
      if (item.kind === 'failed') breaker.failed(listed, item.item);
      await add(item);
    },
    brought: add,
    revised: (item) => {
      const { provider, id } = item.item;
      const at = items.findIndex((one) => one.item.provider === provider && one.item.id === id);
      if (at >= 0) items.splice(at, 1, item);
    },
    codesNow: () => [
      ...items.map(({ item }) => item.exitCode),
      ...Array.from(underWay, (code) => code()),
      ...(items.length + underWay.size < total ? [exitCodeOf(ctx.signal.reason)] : []),
    ],
    result: () => ({
      rotated: items.flatMap((one) => (one.kind === 'rotated' ? [one.item] : [])),
      delivered: items.flatMap((one) => (one.kind === 'delivered' ? [one.item] : [])),
      skipped: items.flatMap((one) => (one.kind === 'skipped' ? [one.item] : [])),
      failed: items.flatMap((one) => (one.kind === 'failed' ? [one.item] : [])),
    }),
  };
}

/** Notes the exit code that each account under way would leave with. */
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
