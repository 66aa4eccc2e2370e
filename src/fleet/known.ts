import { errorAt, naming } from '../delivery/ending.ts';
import { onTheWay } from '../delivery/life.ts';
import { recoverCommand } from '../delivery/recover.ts';
import { ActionRequiredError, ExitCode } from '../errors.ts';
import { sactl, withConnection } from '../model/hint.ts';
import { takesIntake } from '../session/intake.ts';
import type { Candidate, Choice, Pending } from './candidates.ts';
import type { Unanswered } from './connections.ts';
import { failedItem, skippedItem, sorted, unlistedItem, type BulkResult, type FailedItem } from './items.ts';
import { unclearItem, type Unclear } from './misread.ts';
import type { Preparation } from './prepare.ts';

/** The part of the report that is known before anything is sent. */
export async function knownResult(
  choice: Choice,
  preparation: Preparation,
  { unlisted, unclear }: { readonly unlisted: readonly Unanswered[]; readonly unclear: readonly Unclear[] },
): Promise<BulkResult> {
  const byHand = await Promise.all(choice.candidates.filter(isByHand).map(byHandItem));
  return sorted({
    rotated: [],
    delivered: [],
    skipped: [...choice.skipped, ...preparation.skipped].map((one) => skippedItem(one, ExitCode.done)),
    failed: [...unlisted.map(unlistedItem), ...unclear.map(unclearItem), ...choice.pending.map(pendingItem), ...byHand],
  });
}

/** What is known of a credential that stays in the journal. */
export const keptOne = { ...onTheWay, request: 'answered', isStored: true, isKept: true } as const;

/** Rotating such an account once more would throw away a credential that is there. */
function pendingItem({ account, listed, unfinished: { entry }, why, sealed }: Pending): FailedItem {
  const error =
    sealed ??
    errorAt(
      keptOne,
      `${naming(account)} is not due, but the credential that an earlier run issued is still in the journal${why === undefined ? '' : `: ${why}`}`,
      { provider: account.provider, hint: recoverCommand('deliver', entry) },
    );
  return { ...failedItem(account, error, { flags: listed.connected.commandFlags }), recoverId: entry.id };
}

/** Whether only a person can fetch a new credential for it (docs/design.md 8). */
export function isByHand({ listed }: Candidate): boolean {
  return takesIntake(listed.connected.definition);
}

/** The step that a person has to take, and the command for it. */
async function byHandItem({ account, listed: { connected } }: Candidate): Promise<FailedItem> {
  const request = { operation: 'rotate', account, name: account.name, token: null } as const;
  const intake = await connected.provider.manual?.intake(request);
  const goal = intake?.action.goal ?? `fetch a new credential for ${account.name}`;
  const flags = connected.commandFlags;
  const rotate = withConnection(sactl`serviceaccounts rotate`, flags);
  const command = sactl`${rotate} --id ${account.id} -f session.json --to <target> --yes`;
  const action = { goal, url: intake?.action.url ?? '', command };
  return failedItem(account, new ActionRequiredError([action], { provider: account.provider }), { flags });
}
