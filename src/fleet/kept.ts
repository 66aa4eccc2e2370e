import { naming } from '../delivery/failures.ts';
import { recoverCommand } from '../delivery/recover.ts';
import { UndeliveredError } from '../errors.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { commandFlags } from './command-flags.ts';
import type { CommonFlags } from '../session/flags.ts';
import type { Candidate } from './candidates.ts';
import { failedItem, type FailedItem } from './items.ts';

/** An account that is not due, and whose last credential is in the journal instead of where it was wanted. */
export interface Kept extends Candidate {
  readonly entry: ReadableEntry;
}

/** What such an account comes to: rotating it once more would throw away a credential that is there. */
export function keptItem(common: CommonFlags, { account, listed, entry }: Kept): FailedItem {
  const error = new UndeliveredError(
    `${naming(account)} is not due, but the credential that an earlier run issued is in the journal still`,
    { provider: account.provider, hint: recoverCommand('deliver', entry) },
  );
  const flags = commandFlags(common, listed.connected);
  return { ...failedItem(account, { error, flags }), recoverId: entry.id };
}
