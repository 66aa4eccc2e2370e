import { CliError, ExitCode, PartialError } from '../errors.ts';
import { emit } from '../output/emit.ts';
import { bulkDocument } from './document.ts';
import type { BulkResult } from './items.ts';
import { overallError } from './overall-error.ts';
import { writeReports } from './report.ts';
import type { BulkRun } from './run.ts';

/**
 * Prints the report, writes it where else it is wanted, and ends with what the run came to. Where the accounts are as they
 * should be and only the report is missing, that is exit 6, because exit 1 would say that nothing was changed.
 * @throws CliError with the exit code of the whole run
 */
export async function finish(run: BulkRun, result: BulkResult): Promise<ExitCode> {
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
