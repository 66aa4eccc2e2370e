import type { Account } from '../model/account.ts';
import { sactl, type Hint } from '../model/hint.ts';
import type { Journal } from '../state/journal.ts';
import type { EntryConnection } from '../state/record.ts';
import { isOpen, type ReadableEntry, type StoredEntry } from '../state/stored-entry.ts';
import type { Issuance } from './issuance.ts';
import { errorAt } from './ending.ts';
import { answerIn, lifeOf, onTheWay } from './life.ts';
import { accountIdOf, readEntry } from './recover.ts';

/** An account that is to be created. */
export interface Wanted extends Pick<EntryConnection, 'provider' | 'endpoint' | 'organization'> {
  readonly name: string;
}

/** The account that a create is about to make. */
export function wantedBy({ connection, plan }: Issuance): Wanted {
  return { ...connection, name: plan.expected.name };
}

/**
 * Refuses another create while an earlier one is open that may have made this very account: the new account
 * would be taken for another's, or made twice (docs/design.md 6). `same` are the accounts that have the name now, `settled` the
 * ids of entries that are known to have made none.
 * @throws the error of that ending, naming the entry
 */
export async function refuseUnsettled(
  journal: Journal,
  wanted: Wanted,
  { same = [], settled = [] }: { readonly same?: readonly Account[]; readonly settled?: readonly string[] } = {},
): Promise<void> {
  const entries = await journal.list();
  const unsettled = entries.find(
    (entry) => isOpen(entry) && !settled.includes(entry.id) && isAboutCreation(entry, wanted),
  );
  if (unsettled === undefined) return;
  const { id } = unsettled;
  const ours = same.find(({ tags }) => Object.values(tags).includes(id));
  const { provider, name } = wanted;
  throw errorAt(
    { ...onTheWay, operation: 'create', request: 'blocked' },
    ours === undefined
      ? `an earlier create of ${name} is not settled: entry ${id} of the journal${candidatesOf(same)}`
      : `an earlier create of ${name} made account ${ours.id}, and its credential was not delivered: entry ${id} of the journal`,
    { provider, hint: lifeOf(unsettled).at === 'kept' ? sactl`recover deliver --id ${id}` : lostHint(id, ours) },
  );
}

/** Those that it may have made. */
function candidatesOf(same: readonly Account[]): string {
  return same.length === 0 ? '' : `; an account of that name exists: ${same.map((account) => account.id).join(', ')}`;
}

function lostHint(id: string, ours: Account | undefined): Hint {
  const discard = sactl`recover discard --id ${id}`;
  return ours === undefined
    ? [sactl`recover show --id ${id}`, '; then: ', discard]
    : ['issue another: ', sactl`serviceaccounts rotate --id ${ours.id}`, '; or forget it: ', discard];
}

/** Where a provider has no organizations, or the entry does not know its own, the endpoint says enough. */
export function isAboutCreation({ intent }: StoredEntry, wanted: Wanted): boolean {
  if (intent === null || intent.operation !== 'create') return false;
  const { provider, endpoint, organization } = intent.connection;
  return (
    intent.account.name === wanted.name &&
    provider === wanted.provider &&
    endpoint === wanted.endpoint &&
    (organization === null || organization === wanted.organization)
  );
}

/** A credential that was just delivered. */
interface Delivered {
  readonly account: Account;
  /** When it was requested, ISO 8601. */
  readonly startedAt: string;
}

/**
 * Erases the older entries of an account whose new credential was delivered: what they hold is dead (docs/design.md 6). An entry
 * that cannot be erased stays for `recover`. Never rejects.
 */
export async function supersede(
  { journal, connection }: Pick<Issuance, 'journal' | 'connection'>,
  delivered: Delivered,
): Promise<void> {
  const entries = await journal.list().catch(() => []);
  for (const entry of entries) {
    if (await isSuperseded(entry, delivered, connection)) {
      await journal.erase(entry.id).catch(() => undefined);
    }
  }
}

/** By the account's id or, where the answer to its creation was lost, by the tag with the entry's id. */
async function isSuperseded(
  entry: StoredEntry,
  { account, startedAt }: Delivered,
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
  if (id !== null || answerIn(entry) === null) return id;
  return readEntry({ now: () => 0 }, entry).then(
    ({ account }) => account.id,
    () => null,
  );
}
