import type { ExitCode } from '../errors.ts';
import { tellingWhoWaits, warnOfExpiry } from '../session/reminders.ts';
import { endOfRun, overallCode, printReport, summary } from './end-of-run.ts';
import { goingOn } from './go-on.ts';
import { merged, type BulkResult } from './items.ts';
import { bringAll, type Bringing } from './kept.ts';
import type { Listed } from './connections.ts';
import type { Waiting } from './prepare.ts';
import { createProgress } from './progress.ts';
import { rotateAll } from './rotate-all.ts';
import type { BulkRun } from './run.ts';
import { openTally } from './tally.ts';
import { bulkDocument } from './report-document.ts';
import { writeReports } from './report.ts';

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
 * @param waiting what is prepared; it is emptied as the accounts have their turn, so that none stays in memory
 * @throws CliError with the exit code of the whole run
 */
export async function carryOut(
  run: BulkRun,
  waiting: Waiting[],
  { known, lists, bringing }: CarriedOut,
): Promise<ExitCode> {
  const { ctx, common, marker } = run;
  const total = waiting.length + bringing.filter(({ isDue }) => !isDue).length;
  const progress = createProgress({ ctx, common, total, marker });
  const tally = openTally(ctx, progress, total);
  return ctx.mutating(
    async () => {
      await progress.begin();
      try {
        await tellingWhoWaits(ctx, progress.note, async () => {
          const watched = { ...run, note: progress.note };
          await bringAll(watched, bringing, tally);
          await rotateAll(watched, waiting, tally);
        });
      } finally {
        await progress.end();
      }
      for (const { connected } of lists) await warnOfExpiry(connected, common);
      return finish({ ...run, lists }, merged(known, tally.result()));
    },
    () => overallCode([...known.failed.map(({ exitCode }) => exitCode), ...tally.codesNow()]),
  );
}

/**
 * Prints the report, writes its files, and ends with the exit code of the run.
 * @throws CliError with the exit code of the whole run
 */
async function finish(run: BulkRun & Pick<CarriedOut, 'lists'>, result: BulkResult): Promise<ExitCode> {
  const { marker, flags } = run;
  const untold = [
    ...(await writeReports(run, result, flags.report)),
    ...(await printReport(run, bulkDocument(result, marker))),
  ];
  await run.note(summary(result));
  return endOfRun(result, untold, {
    sentence: sentence(result),
    done: 'the accounts were rotated',
    goOn: goingOn(run, result),
  });
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
