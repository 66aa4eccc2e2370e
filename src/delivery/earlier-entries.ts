import type { Account } from '../model/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { Ending, HandoverRun } from './handover.ts';
import type { Issuance } from './issuance.ts';
import type { ReadableEntry, StoredEntry } from '../state/stored-entry.ts';
import { accountIdOf, readEntry } from './recover.ts';

/**
 * Forgets a credential that is where it should be, and leaves any other for `sactl recover`. No failure here may hide what
 * became of it, so it never rejects.
 */
export async function closeEntry(
  {
    issuance,
    entry,
    startedAt,
  }: HandoverRun & {
    readonly issuance: Pick<Issuance, 'journal' | 'connection'> & { readonly plan: Pick<IssuancePlan, 'manual'> };
  },
  account: Account,
  ending: Ending,
): Promise<void> {
  try {
    if (ending.isComplete) {
      await entry.close();
      // A supplied credential leaves the one before it alive.
      if (issuance.plan.manual === undefined) await supersede(issuance, { account, startedAt });
      return;
    }
    const message = ending.failures.map((failure) => failure.message).join('; ');
    await entry.outcome({ outcome: 'undelivered', message });
    await entry.leave();
  } catch {
    await issuance.report(`entry ${entry.id} of the journal could not be brought up to date`);
  }
}

/** A credential that has just arrived where it should. */
interface Arrived {
  readonly account: Account;
  /** When it was asked for, ISO 8601. */
  readonly startedAt: string;
}

/**
 * Erases the older entries of an account whose credential has arrived: what they hold is dead (DESIGN.md 6). An entry
 * that cannot be erased stays for `recover`. Never rejects.
 */
export async function supersede(
  { journal, connection }: Pick<Issuance, 'journal' | 'connection'>,
  arrived: Arrived,
): Promise<void> {
  const entries = await journal.list().catch(() => []);
  for (const entry of entries) {
    if (await isSuperseded(entry, arrived, connection)) {
      await journal.erase(entry.id).catch(() => undefined);
    }
  }
}

/** By the account's id or, where the answer to its creation was lost, by the tag with the entry's id. */
async function isSuperseded(
  entry: StoredEntry,
  { account, startedAt }: Arrived,
  connection: Issuance['connection'],
): Promise<boolean> {
  const { id, intent, isUnderWay, isNewer } = entry;
  if (intent === null || isUnderWay || isNewer || intent.startedAt > startedAt) return false;
  const { provider, endpoint, organization } = intent.connection;
  const isSamePlace =
    provider === connection.provider && endpoint === connection.endpoint && organization === connection.organization;
  if (!isSamePlace) return false;
  return Object.values(account.tags).includes(id) || (await accountOf(entry)) === account.id;
}

/** The id of the account that an entry is about: after a create only its answer says so. */
async function accountOf(entry: ReadableEntry): Promise<string | null> {
  const id = accountIdOf(entry);
  if (id !== null || entry.answer === null) return id;
  return readEntry({ now: () => 0 }, entry).then(
    ({ account }) => account.id,
    () => null,
  );
}
