import { ExitCode, UsageError } from '../errors.ts';
import type { Invocation } from '../session/invocation.ts';
import { confirm } from '../session/confirm.ts';
import { openFleet } from './connections.ts';
import { tellUnanswered, throwUnanswered } from './unanswered.ts';
import { isByHand } from './by-hand.ts';
import { carryOut } from './carry-out.ts';
import { chooseFrom, knownResult } from './chosen.ts';
import { checkBulkInput, type BulkRotateFlags } from './input.ts';
import { listAccounts } from './member.ts';
import { bulkPlan, effectsOnAll } from './plan.ts';
import { prepare, type Preparation } from './prepare.ts';
import { filterProblems } from './rehearse.ts';
import { openRun, type BulkRun } from './run.ts';

/**
 * Rotates several accounts, of one provider or of all: chooses them, plans every one and tries its targets, has the whole
 * confirmed, carries it out, and reports what came of each.
 * @throws UsageError before anything is sent, NotFoundError or ConflictError for what `--id` names, and in the end a
 * CliError with the exit code of the whole run
 */
export async function rotateSeveral(
  { ctx, common }: Pick<Invocation, 'ctx' | 'common'>,
  flags: BulkRotateFlags,
): Promise<ExitCode> {
  const { fleet, input } = await openFleet(ctx, common, ({ members }) =>
    checkBulkInput({ ctx, common }, members, flags),
  );
  const run = openRun({ ctx, common }, flags, { fleet, input });
  const answered = await listAccounts(fleet, input.destinations, run);
  const { lists, unlisted } = answered;
  if (lists.length === 0) throwUnanswered(unlisted);
  await tellUnanswered(ctx, unlisted);
  for (const text of lists.flatMap(({ warnings }) => warnings)) await run.note(text);
  const choice = await chooseFrom(run, input, answered);
  const ours = choice.candidates.filter((one) => !isByHand(one));
  const preparation = await prepare(run, ours, { lists, isNamed: input.references !== null });
  // What could not be found out for that reason may pass for something else.
  ctx.signal.throwIfAborted();
  for (const warning of preparation.warnings) await run.note(warning);
  const known = await knownResult(run, { choice, preparation, unlisted });
  const { hint, prepared } = preparation;
  const problems = [...preparation.problems, ...(common.dryRun ? [] : await filterProblems(run, { prepared, known }))];
  if (common.dryRun) await fleet.emit(bulkPlan({ preparation, known, marker: run.marker }));
  if (problems.length > 0) throw new UsageError(problems, { hint });
  if (common.dryRun) return unlisted.length === 0 ? ExitCode.done : ExitCode.partial;
  if (prepared.length > 0) await agree(run, preparation);
  return carryOut(run, { preparation, known, lists });
}

async function agree({ ctx, common, flags }: BulkRun, { prepared }: Preparation): Promise<void> {
  const count = prepared.length;
  await confirm(ctx, common, {
    action:
      count === 1
        ? 'Rotate the credential of one service account'
        : `Rotate the credentials of ${count} service accounts`,
    effects: [
      ...effectsOnAll(prepared),
      ...(flags.to ?? []).map((target) => `the new credential${count === 1 ? ' goes' : 's go'} to ${target}`),
    ],
  });
}
