import type { Account } from '../model/account.ts';
import type { FirstStep } from '../session/issuance.ts';
import { firstStep } from '../session/first-step.ts';
import type { Session } from '../session/session.ts';
import { findUnfinished, waitForLost } from '../session/unfinished.ts';
import type { Journal } from '../state/journal.ts';

/** The account of a rotation, and what is done before it because of an earlier run. */
export interface LookedBack {
  readonly account: Account;
  readonly first: FirstStep | null;
}

/**
 * Looks what an earlier run left of an account: what it kept is delivered first, and a request whose answer was lost is
 * waited for while it may still be done (docs/design.md 6).
 */
export async function lookBack(
  session: Session,
  journal: Journal,
  { account, supersede }: { readonly account: Account; readonly supersede: boolean },
): Promise<LookedBack> {
  const { ctx, common, connection, provider } = session;
  const unfinished = (await findUnfinished(ctx, journal))(account, connection.endpoint);
  if (unfinished === null) return { account, first: null };
  if (unfinished.isKept) {
    return { account, first: await firstStep(session, journal, { account, entry: unfinished.entry, supersede }) };
  }
  const hasWaited = !common.dryRun && (await waitForLost(session, [unfinished.entry]));
  return { account: hasWaited ? await provider.findAccount(account.id) : account, first: null };
}
