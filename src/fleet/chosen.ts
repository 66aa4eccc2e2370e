import { CliError, ExitCode, NotFoundError } from '../errors.ts';
import { gatherFacts } from './facts.ts';
import { unansweredText } from './unanswered.ts';
import { byHandItem, isByHand } from './by-hand.ts';
import { choose, type Choice } from './candidates.ts';
import type { BulkInput } from './input.ts';
import { merged, skippedItem, unlistedItem, type BulkResult } from './items.ts';
import { keptItem } from './kept.ts';
import type { Answered } from './member.ts';
import type { Preparation } from './prepare.ts';
import type { BulkRun } from './run.ts';
import { findUnfinished } from './unfinished.ts';

/**
 * Which accounts of those that were shown are to be rotated.
 * @throws NotFoundError or ConflictError with all that is wrong with what `--id` names
 */
export async function chooseFrom(
  run: BulkRun,
  { references, selectors }: BulkInput,
  { lists, unlisted }: Answered,
): Promise<Choice> {
  const factsOf = await gatherFacts(run.ctx, selectors.olderThanMs === null ? [] : lists);
  const unfinishedOf = await findUnfinished(run.ctx, run.journal);
  const now = run.ctx.now();
  const choice = choose(lists, { references, selectors, factsOf, unfinishedOf, now });
  const [first] = choice.problems;
  if (first !== undefined) {
    const messages = choice.problems.map(({ message }) => message);
    // What is not there may be where nobody could look.
    const blind = first instanceof NotFoundError ? unlisted.map(unansweredText) : [];
    throw new CliError(first.code, first.exitCode, [...messages, ...blind].join('; '), first);
  }
  const total = lists.reduce((sum, { accounts }) => sum + accounts.length, 0);
  if (isNobody(choice)) {
    await run.note(total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`);
  }
  return choice;
}

function isNobody({ candidates, skipped, kept }: Choice): boolean {
  return candidates.length + skipped.length + kept.length === 0;
}

export interface Known extends Pick<Answered, 'unlisted'> {
  readonly choice: Choice;
  readonly preparation: Preparation;
}

/** What is certain before anything is sent. */
export async function knownResult({ common }: BulkRun, { choice, preparation, unlisted }: Known): Promise<BulkResult> {
  const byHand = choice.candidates.filter(isByHand);
  const skipped = [...choice.skipped, ...preparation.skipped];
  const result = {
    rotated: [],
    skipped: skipped.map((one) => skippedItem(one, ExitCode.done)),
    failed: [
      ...unlisted.map(unlistedItem),
      ...choice.kept.map((one) => keptItem(common, one)),
      ...(await Promise.all(byHand.map((one) => byHandItem(common, one)))),
    ],
  };
  return merged(result, { rotated: [], skipped: [], failed: [] });
}
