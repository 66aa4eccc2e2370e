import type { Context } from '../context.ts';
import { unsettledMs } from '../delivery/evidence.ts';
import { accountIdOf, isSealed, readEntry } from '../delivery/recover.ts';
import type { Account } from '../model/account.ts';
import { inWords } from '../model/duration.ts';
import { accountKeyOf } from '../state/audit-read.ts';
import type { Journal } from '../state/journal.ts';
import { isOpen, type ReadableEntry, type StoredEntry } from '../state/stored-entry.ts';
import type { Session } from './session.ts';

/** What an earlier run left in the journal about an account. */
export interface Unfinished {
  readonly entry: ReadableEntry;
  /** Whether the credential is in it; else nobody has it. */
  readonly isKept: boolean;
}

/** The latest open entry about an account; null where there is none. */
export type UnfinishedOf = (account: Account, endpoint: string) => Unfinished | null;

/**
 * Looks up what earlier runs left: a credential that was never delivered is brought first, and an account whose credential
 * nobody has is due, however fresh it looks. A journal that cannot be read is reported by its preflight.
 */
export async function findUnfinished(ctx: Pick<Context, 'now'>, journal: Pick<Journal, 'list'>): Promise<UnfinishedOf> {
  return unfinishedIn(ctx, await journal.list().catch(() => []));
}

/** The same in these entries. */
export async function unfinishedIn(ctx: Pick<Context, 'now'>, entries: readonly StoredEntry[]): Promise<UnfinishedOf> {
  // The oldest come first, so that the latest one stays.
  const latest = new Map<string, Unfinished>();
  for (const entry of entries) {
    if (entry.intent === null || !isOpen(entry)) continue;
    // The answer that is kept may hold no credential; who looks only does not open what is sealed.
    const issued = await readEntry(ctx, entry).catch(() => null);
    const id = accountIdOf(entry) ?? issued?.account.id ?? null;
    latest.set(keyOf(entry, id), { entry, isKept: isSealed(entry) || issued !== null });
  }
  return ({ provider, id, tags }, endpoint) => {
    const ids = [id, ...Object.values(tags).flat().map(operationOf)];
    const found = ids.map((one) => latest.get(accountKeyOf({ provider, endpoint, id: one })));
    return found.find((one) => one !== undefined) ?? null;
  };
}

/** A create whose answer is lost does not know its account, which may have the entry's id as a tag. */
function keyOf({ id: entryId, intent }: ReadableEntry, id: string | null): string {
  return accountKeyOf({ ...intent.connection, id: id ?? operationOf(entryId) });
}

/** The entry of a request whose answer was lost, so that nobody has the credential; else null. */
export function lostIn(unfinished: Unfinished | null): ReadableEntry | null {
  return unfinished?.isKept === false ? unfinished.entry : null;
}

/**
 * Waits while a request of one of these entries may still be done. What the journal has before an account is locked is not
 * enough: the run that sent it may have been under way, or not begun.
 * @returns whether it waited
 */
export async function waitForLost(
  { ctx, note }: Pick<Session, 'ctx' | 'note'>,
  lost: readonly ReadableEntry[],
): Promise<boolean> {
  const now = ctx.now();
  const waitMs = Math.max(0, ...lost.map((entry) => unsettledMs(entry, now)));
  if (waitMs === 0) return false;
  await note(`an earlier request, whose answer was lost, may still be done; waiting ${inWords(waitMs)} for it`);
  await ctx.sleep(waitMs, ctx.signal);
  return true;
}

function operationOf(entryId: string): string {
  return `operation ${entryId}`;
}
