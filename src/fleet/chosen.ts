import { ActionRequiredError, CliError, ExitCode, NotFoundError } from '../errors.ts';
import { gatherFacts } from './facts.ts';
import { unansweredText } from './connections.ts';
import { choose, findUnfinished, keptItem, type Candidate, type Choice } from './candidates.ts';
import type { BulkInput } from './input.ts';
import { failedItem, merged, skippedItem, unlistedItem, type BulkResult, type FailedItem } from './items.ts';
import type { Answered } from './member.ts';
import type { Preparation } from './prepare.ts';
import type { BulkRun } from './run.ts';
import { sactl, withConnection } from '../model/hint.ts';
import { takesIntake } from '../session/intake.ts';

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
export async function knownResult({ choice, preparation, unlisted }: Known): Promise<BulkResult> {
  const byHand = choice.candidates.filter(isByHand);
  const skipped = [...choice.skipped, ...preparation.skipped];
  const result = {
    rotated: [],
    skipped: skipped.map((one) => skippedItem(one, ExitCode.done)),
    failed: [
      ...unlisted.map(unlistedItem),
      ...choice.kept.map((one) => keptItem(one)),
      ...(await Promise.all(byHand.map((one) => byHandItem(one)))),
    ],
  };
  return merged(result, { rotated: [], skipped: [], failed: [] });
}

/** Whether only a person can fetch a new credential for it (DESIGN.md 8). */
export function isByHand({ listed }: Candidate): boolean {
  return takesIntake(listed.connected.definition);
}

/** What such an account comes to in a run over many: the step that a person has to take, and the command for it. */
async function byHandItem({ account, listed: { connected } }: Candidate): Promise<FailedItem> {
  const request = { operation: 'rotate', account, name: account.name, token: null } as const;
  const intake = await connected.provider.manual?.intake(request);
  const goal = intake?.action.goal ?? `fetch a new credential for ${account.name}`;
  const flags = connected.commandFlags;
  const rotate = withConnection(sactl`serviceaccounts rotate`, flags);
  const command = sactl`${rotate} --id ${account.id} -f session.json --to <target> --yes`;
  const action = { goal, url: intake?.action.url ?? '', command };
  const error = new ActionRequiredError([action], { provider: account.provider });
  return failedItem(account, { error, flags });
}
