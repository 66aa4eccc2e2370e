import type { ExitCode } from '../errors.ts';
import { warnOfExpiry } from '../session/reminders.ts';
import { tellingWhoWaits } from '../session/patience.ts';
import { finish } from './finish.ts';
import { merged, type BulkResult } from './items.ts';
import { openLedger } from './ledger.ts';
import type { Listed } from './member.ts';
import { overallCode } from './overall.ts';
import type { Preparation } from './prepare.ts';
import { createProgress } from './progress.ts';
import { rotateAll } from './rotate-all.ts';
import type { BulkRun } from './run.ts';

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
