import { CliError, ExitCode, NotFoundError, UsageError } from '../../errors.ts';
import type { Invocation } from '../command.ts';
import { confirm } from '../confirm.ts';
import { openFleet } from '../fleet.ts';
import { warnOfExpiry } from '../own-expiry.ts';
import { gatherFacts } from '../serviceaccounts/facts.ts';
import { byHandItem, isByHand } from './by-hand.ts';
import { choose, type Choice } from './candidates.ts';
import { finish } from './finish.ts';
import { checkBulkInput, type BulkInput, type BulkRotateFlags } from './input.ts';
import { skippedItem, unlistedItem, type BulkResult } from './items.ts';
import { listAccounts, type Listed, type Unlisted } from './member.ts';
import { bulkPlan, countedEffects } from './plan.ts';
import { prepare, type Preparation } from './prepare.ts';
import { createProgress } from './progress.ts';
import { rotateAll } from './rotate-all.ts';
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
  const { lists, unlisted } = await listAccounts(fleet, input.destinations, run);
  const [first] = unlisted;
  if (first !== undefined && lists.length === 0) throw first.error;
  for (const text of lists.flatMap(({ warnings }) => warnings)) await run.note(text);
  const choice = await chooseFrom(run, input, { lists, unlisted });
  const ours = choice.candidates.filter((one) => !isByHand(one));
  const preparation = await prepare(run, ours, { lists, isNamed: input.references !== null });
  for (const warning of preparation.warnings) await run.note(warning);
  const known = await knownResult(choice, preparation, unlisted);
  const { problems, hint, prepared } = preparation;
  if (common.dryRun) await fleet.emit(bulkPlan({ preparation, known, marker: run.marker }));
  if (problems.length > 0) throw new UsageError(problems, { hint });
  if (common.dryRun) return ExitCode.done;
  if (prepared.length > 0) await agree(run, preparation);
  const done = await carryOut(run, preparation);
  for (const { connected } of lists) await warnOfExpiry(connected, common);
  return finish(run, merged(known, done));
}

interface Answered {
  readonly lists: readonly Listed[];
  readonly unlisted: readonly Unlisted[];
}

/** @throws NotFoundError or ConflictError with all that is wrong with what `--id` names */
async function chooseFrom(
  { ctx }: BulkRun,
  { references, selectors }: BulkInput,
  { lists, unlisted }: Answered,
): Promise<Choice> {
  const factsOf = await gatherFacts(ctx, selectors.olderThanMs === null ? [] : lists);
  const choice = choose(lists, { references, selectors, factsOf, now: ctx.now() });
  const [first] = choice.problems;
  if (first === undefined) return choice;
  const messages = choice.problems.map(({ message }) => message);
  // What is not there may be where nobody could look.
  const blind = first instanceof NotFoundError ? unlisted.map(({ error }) => error.message) : [];
  throw new CliError(first.code, first.exitCode, [...messages, ...blind].join('; '), first);
}

/** What is certain before anything is sent. */
async function knownResult(
  choice: Choice,
  preparation: Preparation,
  unlisted: readonly Unlisted[],
): Promise<BulkResult> {
  const byHand = await Promise.all(choice.candidates.filter(isByHand).map(byHandItem));
  return {
    rotated: [],
    skipped: [...choice.skipped, ...preparation.skipped].map((one) =>
      skippedItem(one, ExitCode.done),
    ),
    failed: [...unlisted.map(unlistedItem), ...byHand],
  };
}

async function agree({ ctx, common }: BulkRun, { prepared }: Preparation): Promise<void> {
  const names = prepared.map(({ account }) => account.name);
  const shown = names.slice(0, mostNames).join(', ');
  const rest = names.length - mostNames;
  await confirm(ctx, common, {
    action: `Rotate the credentials of ${names.length} service accounts`,
    effects: [rest > 0 ? `${shown} and ${rest} more` : shown, ...countedEffects(prepared)],
  });
}

const mostNames = 20;

async function carryOut(run: BulkRun, { prepared }: Preparation): Promise<BulkResult> {
  const { ctx, common } = run;
  const progress = createProgress({ ctx, common, total: prepared.length });
  try {
    return await rotateAll({ ...run, note: progress.note }, prepared, progress);
  } finally {
    await progress.end();
  }
}

function merged(one: BulkResult, other: BulkResult): BulkResult {
  return {
    rotated: [...one.rotated, ...other.rotated],
    skipped: [...one.skipped, ...other.skipped],
    failed: [...one.failed, ...other.failed],
  };
}
