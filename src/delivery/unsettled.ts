import { UnknownOutcomeError } from '../errors.ts';
import type { EntryConnection } from '../state/record.ts';
import type { Journal } from '../state/journal.ts';
import { isOpen, type StoredEntry } from '../state/stored-entry.ts';
import type { Account } from '../model/account.ts';
import { sactl, type Hint } from '../model/hint.ts';
import type { Issuance } from './issuance.ts';

/** An account to be: where, and by what name. */
export interface Wanted extends Pick<EntryConnection, 'provider' | 'endpoint' | 'organization'> {
  readonly name: string;
}

/** What a create is about to make. */
export function wantedBy({ connection, plan }: Issuance): Wanted {
  return { ...connection, name: plan.expected.name };
}

/**
 * Refuses another create while an earlier one is open that may have made this very account: it would be taken for
 * somebody else's, or made twice (DESIGN.md 6). `same` are the accounts that have the name now.
 * @throws UnknownOutcomeError naming the entry
 */
export async function refuseUnsettled(journal: Journal, wanted: Wanted, same: readonly Account[] = []): Promise<void> {
  const entries = await journal.list();
  const unsettled = entries.find((entry) => isOpen(entry) && isAbout(entry, wanted));
  if (unsettled === undefined) return;
  const { id } = unsettled;
  const ours = same.find(({ tags }) => Object.values(tags).includes(id));
  const { provider, name } = wanted;
  throw new UnknownOutcomeError(
    ours === undefined
      ? `an earlier create of ${name} is not settled: entry ${id} of the journal`
      : `an earlier create of ${name} made account ${ours.id}, and its credential was not delivered: entry ${id} of the journal`,
    { provider, hint: unsettled.state === 'answered' ? sactl`recover deliver --id ${id}` : lostHint(id, ours) },
  );
}

function lostHint(id: string, ours: Account | undefined): Hint {
  const discard = sactl`recover discard --id ${id}`;
  return ours === undefined
    ? [sactl`recover show --id ${id}`, '; then: ', discard]
    : ['issue another: ', sactl`serviceaccounts rotate --id ${ours.id}`, '; or forget it: ', discard];
}

/** Where a provider has no organizations, or the entry does not know its own, the endpoint says enough. */
function isAbout({ intent }: StoredEntry, wanted: Wanted): boolean {
  if (intent === null || intent.operation !== 'create') return false;
  const { provider, endpoint, organization } = intent.connection;
  return (
    intent.account.name === wanted.name &&
    provider === wanted.provider &&
    endpoint === wanted.endpoint &&
    (organization === null || organization === wanted.organization)
  );
}
