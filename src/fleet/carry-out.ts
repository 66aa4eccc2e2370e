import { errorAt } from '../delivery/ending.ts';
import { onTheWay, worstOf } from '../delivery/life.ts';
import { CliError, ExitCode, type ErrorCode, type ErrorDetails } from '../errors.ts';
import { tellingWhoWaits, warnOfExpiry } from '../session/reminders.ts';
import { merged, type BulkResult } from './items.ts';
import { bringAll, type Bringing } from './kept.ts';
import type { Listed } from './connections.ts';
import type { Prepared } from './prepare.ts';
import { createProgress } from './progress.ts';
import { rotateAll } from './rotate-all.ts';
import type { BulkRun } from './run.ts';
import { openTally } from './tally.ts';
import { bulkDocument } from './report-document.ts';
import { countsOf, writeReports } from './report.ts';
import { sactl } from '../model/hint.ts';

interface CarriedOut {
  /** What was known before anything was sent. */
  readonly known: BulkResult;
  readonly lists: readonly Listed[];
  /** What earlier runs kept. */
  readonly bringing: readonly Bringing[];
}

/**
 * Delivers what earlier runs kept, rotates what is prepared, and reports it with what was known before. A second interrupt, also during the report, ends the
 * program with the exit code that the results so far give.
 * @throws CliError with the exit code of the whole run
 */
export async function carryOut(
  run: BulkRun,
  prepared: readonly Prepared[],
  { known, lists, bringing }: CarriedOut,
): Promise<ExitCode> {
  const { ctx, common, marker } = run;
  const total = prepared.length + bringing.filter(({ isDue }) => !isDue).length;
  const progress = createProgress({ ctx, common, total, marker });
  const tally = openTally(ctx, progress, total);
  return ctx.mutating(
    async () => {
      await progress.begin();
      try {
        await tellingWhoWaits(ctx, progress.note, async () => {
          const watched = { ...run, note: progress.note };
          await bringAll(watched, bringing, tally);
          await rotateAll(watched, prepared, tally);
        });
      } finally {
        await progress.end();
      }
      for (const { connected } of lists) await warnOfExpiry(connected, common);
      return finish(run, merged(known, tally.result()));
    },
    () => overallCode([...known.failed.map(({ exitCode }) => exitCode), ...tally.codesNow()]),
  );
}

/**
 * Prints the report, writes its files, and ends with the exit code of the run. Where all accounts were rotated and only the
 * report is missing, that is exit 6, because exit 1 would say that nothing was changed.
 * @throws CliError with the exit code of the whole run
 */
async function finish(run: BulkRun, result: BulkResult): Promise<ExitCode> {
  const { ctx, marker, flags } = run;
  const untold = [
    ...(await writeReports(ctx, result, { marker, path: flags.report })),
    ...(await printReport(run, result)),
  ];
  await run.note(summary(result));
  const error = overallError(result);
  const messages = untold.map(({ message }) => message);
  if (error !== null) throw withMessages(error, messages);
  const [first] = untold;
  if (first === undefined) return ExitCode.done;
  if (result.rotated.length + result.delivered.length === 0) throw withMessages(first, messages.slice(1));
  const message = `the accounts were rotated, but ${messages.join('; ')}`;
  const rest = { ...onTheWay, request: 'answered', places: 'all', isWhole: false } as const;
  throw errorAt(rest, message, { hint: first.hint, cause: first });
}

/** The error that kept the report from being printed, if any. */
async function printReport({ emit, marker }: BulkRun, result: BulkResult): Promise<readonly CliError[]> {
  try {
    await emit(bulkDocument(result, marker));
    return [];
  } catch (error) {
    if (error instanceof CliError) return [error];
    throw error;
  }
}

function withMessages(error: CliError, more: readonly string[]): CliError {
  if (more.length === 0) return error;
  const message = [error.message, ...more].join('; ');
  return new CliError(error.code, error.exitCode, message, error);
}

/** e.g. `3 rotated, 12 skipped (10 not due, 2 age unknown), 1 failed` */
function summary({ rotated, delivered, skipped, failed }: BulkResult): string {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const why = Array.from(reasons, ([reason, count]) => `${count} ${reason}`).join(', ');
  return `${countsOf({ rotated, delivered })}, ${skipped.length} skipped${why === '' ? '' : ` (${why})`}, ${failed.length} failed`;
}

/**
 * The exit code of a run by those of its accounts: the worst first. 6 is also for a run in which some were rotated and
 * others were not. Where none was, it is the code that all share, else 1. A step for a person counts only where nothing else
 * is wrong.
 */
export function overallCode(codes: readonly ExitCode[]): ExitCode {
  const seen = new Set(codes);
  const worst = worstOf(seen);
  if (worst !== null) return worst;
  const hasDone = seen.delete(ExitCode.done);
  const hasActions = seen.delete(ExitCode.actionRequired);
  const [only, ...others] = seen;
  if (only === undefined) return hasActions ? ExitCode.actionRequired : ExitCode.done;
  if (hasDone) return ExitCode.partial;
  const interruption = [ExitCode.interrupted, ExitCode.terminated].find((code) => seen.has(code));
  return interruption ?? (others.length === 0 ? only : ExitCode.failed);
}

/** The error of a whole run; null when every account was rotated or rightly skipped. */
function overallError(result: BulkResult): CliError | null {
  const { rotated, delivered, skipped, failed } = result;
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const code = overallCode([...rotated, ...delivered, ...failed, ...interrupted].map(({ exitCode }) => exitCode));
  if (code === ExitCode.done) return null;
  return new CliError(words.get(code) ?? 'failed', code, sentence(result), detailsOf(code, failed));
}

/** e.g. `3 of 9 accounts were rotated; 1 failed; 5 were not begun: interrupted; runai showed none` */
function sentence({ rotated, delivered, skipped, failed }: BulkResult): string {
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const stopped = skipped.filter(({ reason }) => reason === 'stopped');
  const accounts = failed.filter(({ id }) => id !== null);
  // Connections that gave no answer.
  const silent = failed.filter(({ id }) => id === null);
  const total = rotated.length + delivered.length + accounts.length + interrupted.length + stopped.length;
  const why = new Set(stopped.map(({ detail }) => detail ?? ''));
  return [
    `${rotated.length} of ${total} accounts were rotated`,
    ...(delivered.length === 0
      ? []
      : [
          `${delivered.length} had been, and ${delivered.length === 1 ? 'its credential was' : 'their credentials were'} delivered`,
        ]),
    ...(accounts.length === 0 ? [] : [`${accounts.length} failed`]),
    ...(interrupted.length === 0 ? [] : [`${notBegun(interrupted)}: interrupted`]),
    ...(stopped.length === 0 ? [] : [`${notBegun(stopped)}: ${[...why].join('; ')}`]),
    ...silent.map(({ provider, error }) => `no accounts of ${provider}: ${error.message}`),
  ].join('; ');
}

function notBegun({ length }: readonly unknown[]): string {
  return `${length} ${length === 1 ? 'was' : 'were'} not begun`;
}

const words: ReadonlyMap<ExitCode, ErrorCode> = new Map([
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.unknownOutcome, 'unknown_outcome'],
  [ExitCode.partial, 'partial'],
  [ExitCode.actionRequired, 'action_required'],
  [ExitCode.interrupted, 'interrupted'],
  [ExitCode.terminated, 'interrupted'],
]);

function detailsOf(code: ExitCode, failed: BulkResult['failed']): ErrorDetails {
  if (code === ExitCode.undelivered) return { hint: sactl`recover list` };
  const [worst, ...others] = failed.filter(({ exitCode }) => exitCode === code);
  // A command for one of them would leave the others as they are.
  if (code === ExitCode.unknownOutcome && others.length > 0) {
    return { hint: ['run this again; "', sactl`recover list`, '" shows what was lost'] };
  }
  // Its commands mean the account's own connection already.
  const { hint = null, provider = null } = worst?.error ?? failed[0]?.error ?? {};
  return { hint, provider };
}
