import { preflightState, type Problems } from '../delivery/preflight.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { confirmChange } from '../session/confirm.ts';
import type { Invocation } from '../session/invocation.ts';
import { noteLine } from '../session/note.ts';
import { chooseCandidates, unsettledFor, type Choice } from './candidates.ts';
import { carryOut } from './carry-out.ts';
import {
  listAccounts,
  openFleet,
  tellUnanswered,
  throwUnanswered,
  type Fleet,
  type Listed,
  type Unanswered,
} from './connections.ts';
import type { RotateFlags } from './flags.ts';
import { checkBulkInput, type BulkInput } from './input.ts';
import { unclearAccounts } from './misread.ts';
import { hopedDelivery, hopedItem, tryReport } from './hoped.ts';
import { merged, type BulkResult } from './items.ts';
import { sortKept, type Bringing } from './kept.ts';
import { isByHand, knownResult } from './known.ts';
import { collectSooner } from './memory.ts';
import { bulkPlan, effectsOfKept, effectsOnAll } from './plan.ts';
import { prepare, waiting, type Prepared } from './prepare.ts';
import { bulkDocument } from './report-document.ts';
import { openRun, type BulkRun } from './run.ts';
import { ageProblem, ageRemedy } from './due.ts';
import { waitingFor } from './unfinished.ts';

/**
 * Rotates several accounts, of one provider or of all: chooses them, plans each one and tries its targets, asks for
 * confirmation, rotates them, and reports the result of each.
 * @throws UsageError before anything is sent, NotFoundError or ConflictError for what `--id` names, and in the end a
 * CliError with the exit code of the whole run
 */
export async function rotateSeveral(
  { ctx, common }: Pick<Invocation, 'ctx' | 'common'>,
  flags: RotateFlags,
): Promise<ExitCode> {
  collectSooner();
  const { fleet, input } = await openFleet(ctx, common, ({ members }) =>
    checkBulkInput({ ctx, common }, members, flags),
  );
  const run = await openRun({ ctx, common }, flags, { fleet, input });
  const { lists, unlisted, chosen, state } = await lookAndTry(run, { fleet, input });
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
  if (common.dryRun) await fleet.emit(bulkPlan(preparation, { known, bringing, marker: run.marker }));
  if (problems.length > 0) throw new UsageError(problems, { hint });
  if (common.dryRun) return unlisted.length + unclear.length === 0 ? ExitCode.done : ExitCode.partial;
  if (prepared.length + bringing.length > 0) await agree(run, { prepared, bringing });
  return carryOut(run, prepared.map(waiting), { known, lists, bringing });
}

/**
 * Lists the accounts and, while their answers are on the way, tries whether changes can be recorded. Neither is left under way
 * when the other fails.
 */
async function lookAndTry(
  run: BulkRun,
  options: Parameters<typeof look>[1],
): Promise<Look & { readonly state: Problems }> {
  const [looked, state] = await Promise.allSettled([lookOnceSettled(run, options), preflightState(run)]);
  if (looked.status === 'rejected') throw looked.reason;
  if (state.status === 'rejected') throw state.reason;
  return { ...looked.value, state: state.value };
}

interface Look {
  readonly lists: readonly Listed[];
  readonly unlisted: readonly Unanswered[];
  readonly chosen: Choice;
}

/** Lists the accounts, and chooses among them. */
async function look(
  run: BulkRun,
  { fleet, input }: { readonly fleet: Fleet; readonly input: BulkInput },
): Promise<Look> {
  const { lists, unlisted } = await listAccounts(fleet, input, run);
  if (lists.length === 0) throwUnanswered(unlisted);
  return { lists, unlisted, chosen: await chooseCandidates(run, input, { lists, unlisted }) };
}

/**
 * The same once no request of an earlier run may still be done: it would take the place of one of this run
 * (docs/design.md 6).
 */
async function lookOnceSettled(run: BulkRun, options: Parameters<typeof look>[1]): Promise<Look> {
  const { ctx, common } = run;
  const first = await look(run, options);
  const waitMs = common.dryRun ? 0 : unsettledFor(first.chosen, ctx.now());
  if (waitMs === 0) return first;
  await run.note(waitingFor(waitMs));
  await ctx.sleep(waitMs, ctx.signal);
  return look(run, options);
}

/** What a run is about to do. */
interface Ahead {
  readonly prepared: readonly Prepared[];
  readonly bringing: readonly Bringing[];
}

async function agree({ ctx, common, flags }: BulkRun, { prepared, bringing }: Ahead): Promise<void> {
  const count = prepared.length;
  if (count === 0) {
    const kept = bringing.length === 1 ? 'kept credential' : `${bringing.length} kept credentials`;
    return confirmChange({ ctx, common }, { action: `Deliver the ${kept}`, effects: effectsOfKept(bringing) });
  }
  const what = count === 1 ? 'credential of one service account' : `credentials of ${count} service accounts`;
  const goes = (flags.to ?? []).map((target) => `the new credential${count === 1 ? ' goes' : 's go'} to ${target}`);
  await confirmChange(
    { ctx, common },
    { action: `Rotate the ${what}`, effects: [...effectsOfKept(bringing), ...effectsOnAll(prepared), ...goes] },
  );
}

/** The problems of the user's filter on the report of a run in which all goes well. */
async function filterProblems(
  { renderer, marker }: BulkRun,
  { prepared, bringing }: Ahead,
  known: BulkResult,
): Promise<readonly string[]> {
  return tryReport(renderer, () => {
    const delivered = bringing
      .filter(({ isDue }) => !isDue)
      .map(({ account, delivery }) => hopedDelivery(account, delivery));
    const hoped = { rotated: prepared.map(hopedItem), delivered, skipped: [], failed: [] };
    return bulkDocument(merged(known, hoped), marker);
  });
}
