import { CliError, ExitCode, PartialError } from '../errors.ts';
import { warnOfExpiry } from '../session/reminders.ts';
import { tellingWhoWaits } from '../session/issuance.ts';
import { merged, type BulkResult } from './items.ts';
import { openLedger } from './ledger.ts';
import type { Listed } from './member.ts';
import { overallCode, overallError } from './overall.ts';
import type { Preparation } from './prepare.ts';
import { createProgress } from './progress.ts';
import { rotateAll } from './rotate-all.ts';
import type { BulkRun } from './run.ts';
import { emit } from '../output/emit.ts';
import { bulkDocument } from './document.ts';
import { writeReports } from './report.ts';

/** What there is to do, and what is known without it. */
export interface Prospect {
  readonly preparation: Preparation;
  readonly known: BulkResult;
  readonly lists: readonly Listed[];
}

/**
 * Rotates what is prepared, and reports it with what was known before. A second interrupt, also during the report, ends the
 * program with the exit code of what has become of the accounts by then.
 * @throws CliError with the exit code of the whole run
 */
export async function carryOut(run: BulkRun, { preparation, known, lists }: Prospect): Promise<ExitCode> {
  const { ctx, common, marker } = run;
  const { prepared } = preparation;
  const total = prepared.length;
  const progress = createProgress({ ctx, common, total, marker });
  const ledger = openLedger(ctx, { progress, total });
  return ctx.mutating(
    async () => {
      await progress.begin();
      try {
        await tellingWhoWaits(ctx, progress.note, () => rotateAll({ ...run, note: progress.note }, prepared, ledger));
      } finally {
        await progress.end();
      }
      for (const { connected } of lists) await warnOfExpiry(connected, common);
      return finish(run, merged(known, ledger.result()));
    },
    () => overallCode([...known.failed.map(({ exitCode }) => exitCode), ...ledger.codesNow()]),
  );
}

/**
 * Prints the report, writes it where else it is wanted, and ends with what the run came to. Where the accounts are as they
 * should be and only the report is missing, that is exit 6, because exit 1 would say that nothing was changed.
 * @throws CliError with the exit code of the whole run
 */
async function finish(run: BulkRun, result: BulkResult): Promise<ExitCode> {
  const { ctx, marker, flags } = run;
  const untold = [
    ...(await writeReports(ctx, { result, marker, path: flags.report })),
    ...(await printReport(run, result)),
  ];
  await run.note(summary(result));
  const error = overallError(result);
  const messages = untold.map(({ message }) => message);
  if (error !== null) throw withMessages(error, messages);
  const [first] = untold;
  if (first === undefined) return ExitCode.done;
  if (result.rotated.length === 0) throw withMessages(first, messages.slice(1));
  const message = `the accounts were rotated, but ${messages.join('; ')}`;
  throw new PartialError(message, { hint: first.hint, cause: first });
}

/** What kept the report from being printed; a reader that has gone has seen enough. */
async function printReport({ ctx, renderer, marker }: BulkRun, result: BulkResult): Promise<readonly CliError[]> {
  try {
    await emit(ctx, renderer, bulkDocument(result, marker));
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
function summary({ rotated, skipped, failed }: BulkResult): string {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const why = Array.from(reasons, ([reason, count]) => `${count} ${reason}`).join(', ');
  return `${rotated.length} rotated, ${skipped.length} skipped${why === '' ? '' : ` (${why})`}, ${failed.length} failed`;
}
