import { deliverEntry } from '../delivery/deliver-entry.ts';
import { CliError, InterruptedError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Journal } from '../state/journal.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import type { FirstStep } from './issuance.ts';
import { lookAtKept } from './kept-credential.ts';
import type { Session } from './session.ts';

interface FirstStepOptions {
  readonly account: Account;
  readonly entry: ReadableEntry;
  /** Whether it is rotated although somebody else could deliver what is kept. */
  readonly supersede: boolean;
}

/**
 * The delivery of what an earlier run kept for an account that is about to be rotated; null where nothing is to be delivered.
 * @throws UndeliveredError where it is sealed, and cannot be opened here
 */
export async function firstStep(
  session: Session,
  journal: Journal,
  { account, entry, supersede }: FirstStepOptions,
): Promise<FirstStep | null> {
  const { ctx, connection, note } = session;
  const { audit, locks, document } = await session.state();
  const kept = await lookAtKept({ ...session, journal, audit, locks, document }, entry, {
    account,
    profile: connection.profile,
    announce: () => undefined,
  });
  if (kept.kind === 'sealed' && !supersede) throw kept.error;
  if (kept.kind === 'stuck') await note(notBrought(kept.why));
  if (kept.kind !== 'deliverable') return null;
  return {
    effect: `${kept.effect} first`,
    work: async () => {
      try {
        await deliverEntry(ctx, kept.delivery);
        await note('what an earlier run kept was delivered');
      } catch (error) {
        // After an interrupt nothing else will tell.
        if (!(error instanceof CliError) || error instanceof InterruptedError || ctx.signal.aborted) throw error;
        await note(notBrought(error.message));
      }
    },
  };
}

/** Said where an account is rotated although what an earlier run kept was not delivered. */
export function notBrought(why: string): string {
  return `what an earlier run kept cannot be delivered: ${why}; it is rotated all the same`;
}
