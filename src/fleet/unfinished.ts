import { accountKeyOf } from '../state/rotations.ts';
import type { Context } from '../context.ts';
import { accountIdOf, readEntry } from '../delivery/recover.ts';
import type { Journal } from '../state/journal.ts';
import { isOpen, type ReadableEntry } from '../state/stored-entry.ts';
import type { Candidate } from './candidates.ts';

/** What an earlier run left open of an account. */
export interface Unfinished {
  readonly entry: ReadableEntry;
  /** Whether the entry keeps the credential; else nobody has it. */
  readonly isKept: boolean;
}

/** Null where nothing is open. */
export type UnfinishedOf = (candidate: Candidate) => Unfinished | null;

/**
 * Looks up what rotations left in the journal: an account whose new credential never got anywhere is not done, however
 * fresh it looks. What is wrong with the journal itself is for its preflight to say.
 */
export async function findUnfinished(ctx: Pick<Context, 'now'>, journal: Pick<Journal, 'list'>): Promise<UnfinishedOf> {
  const entries = await journal.list().catch(() => []);
  // The oldest come first, so that the last word is the latest one.
  const latest = new Map<string, Unfinished>();
  for (const entry of entries) {
    const id = entry.intent === null ? null : accountIdOf(entry);
    if (entry.intent === null || id === null || !isOpen(entry)) continue;
    // An answer may be kept in which there is no credential.
    const isKept = await readEntry(ctx, entry).then(
      () => true,
      () => false,
    );
    latest.set(accountKeyOf({ ...entry.intent.connection, id }), { entry, isKept });
  }
  return ({ account, listed }) => {
    const { endpoint } = listed.connected.connection;
    return latest.get(accountKeyOf({ ...account, endpoint })) ?? null;
  };
}
