import type { Problems } from '../delivery/preflight.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { confirmChange } from '../session/confirm.ts';
import { noteLine } from '../session/note.ts';
import type { Choice } from './candidates.ts';
import { carryOut } from './carry-out.ts';
import { tellUnanswered, type Fleet, type Listed, type Unanswered } from './connections.ts';
import { ageProblem, ageRemedy } from './due.ts';
import { hopedDelivery, hopedItem, tryReport } from './hoped.ts';
import type { BulkInput } from './input.ts';
import { merged, type BulkResult } from './items.ts';
import { sortKept, type Bringing } from './kept.ts';
import { isByHand, knownResult } from './known.ts';
import { unclearAccounts } from './misread.ts';
import { bulkPlan, effectsOfKept, effectsOnAll } from './plan.ts';
import { allPlanned, prepare, type Waiting } from './prepare.ts';
import { bulkDocument } from './report-document.ts';
import type { BulkRun } from './run.ts';

/** What the connections showed, and which of their accounts are chosen. */
export interface Looked {
  readonly lists: readonly Listed[];
  readonly unlisted: readonly Unanswered[];
  readonly chosen: Choice;
}

interface Chosen extends Looked {
  readonly fleet: Pick<Fleet, 'emit'>;
  readonly input: BulkInput;
  /** What keeps changes from being recorded. */
  readonly state: Problems;
}

/**
 * Plans each account that is chosen, tries its targets, asks for confirmation, rotates them, and reports the result of each.
 * @throws UsageError before anything is sent; in the end a CliError with the exit code of the whole run
 */
export async function rotateChosen(
  run: BulkRun,
  { fleet, input, lists, unlisted, chosen, state }: Chosen,
): Promise<ExitCode> {
  const { ctx, common } = run;
  await tellUnanswered(ctx, unlisted);
  const said = new Set([...lists.flatMap(({ warnings }) => warnings), ...chosen.notes]);
  for (const text of said) await run.note(text);
  const { skipped, unclear } = unclearAccounts(chosen.skipped, lists, input);
  const choice = await sortKept(run, { ...chosen, skipped });
  for (const { what } of unclear) await ctx.stderr.write(noteLine(what));
  const ours = choice.candidates.filter((one) => !isByHand(one));
  const preparation = await prepare(run, ours, { lists, state, isNamed: input.references !== null });
  // Readings that were interrupted may look like another problem.
  ctx.signal.throwIfAborted();
  for (const warning of preparation.warnings) await run.note(warning);
  const known = await knownResult(choice, preparation, { unlisted, unclear });
  const { prepared } = preparation;
  const { bringing } = choice;
  const age = ageProblem(choice.skipped, { count: choice.candidates.length + choice.pending.length + bringing.length });
  const hint = preparation.hint ?? (age === null ? null : ageRemedy(input.selectors));
  const problems = [
    ...preparation.problems,
    ...(age === null ? [] : [age]),
    ...(common.dryRun ? [] : await filterProblems(run, { prepared, bringing }, known)),
  ];
  if (common.dryRun) await fleet.emit(await bulkPlan(preparation, { known, bringing, marker: run.marker }));
  if (problems.length > 0) throw new UsageError(problems, { hint });
  if (common.dryRun) return unlisted.length + unclear.length === 0 ? ExitCode.done : ExitCode.partial;
  if (prepared.length + bringing.length > 0) await agree(run, { prepared, bringing });
  return carryOut(run, [...prepared], { known, lists, bringing });
}

/** What a run is about to do. */
interface Ahead {
  readonly prepared: readonly Waiting[];
  readonly bringing: readonly Bringing[];
}

async function agree({ ctx, common, flags }: BulkRun, { prepared, bringing }: Ahead): Promise<void> {
  // Nobody is shown the effects, for which each account would be planned again.
  if (common.yes) return;
  const count = prepared.length;
  if (count === 0) {
    const kept = bringing.length === 1 ? 'kept credential' : `${bringing.length} kept credentials`;
    return confirmChange({ ctx, common }, { action: `Deliver the ${kept}`, effects: effectsOfKept(bringing) });
  }
  const what = count === 1 ? 'credential of one service account' : `credentials of ${count} service accounts`;
  const goes = (flags.to ?? []).map((target) => `the new credential${count === 1 ? ' goes' : 's go'} to ${target}`);
  await confirmChange(
    { ctx, common },
    {
      action: `Rotate the ${what}`,
      effects: [...effectsOfKept(bringing), ...effectsOnAll(await allPlanned(prepared)), ...goes],
    },
  );
}

/** The problems of the user's filter on the report of a run in which all goes well. */
async function filterProblems(
  { renderer, marker }: BulkRun,
  { prepared, bringing }: Ahead,
  known: BulkResult,
): Promise<readonly string[]> {
  return tryReport(renderer, async () => {
    const delivered = bringing
      .filter(({ isDue }) => !isDue)
      .map(({ account, delivery }) => hopedDelivery(account, delivery));
    const hoped = { rotated: (await allPlanned(prepared)).map(hopedItem), delivered, skipped: [], failed: [] };
    return bulkDocument(merged(known, hoped), marker);
  });
}
