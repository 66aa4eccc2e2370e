import type { Account } from '../../model/account.ts';
import type { AccountList } from '../provider.ts';
import { seenAccount, toAccount } from './accounts.ts';
import { activeAccountNames } from './activity.ts';
import { meantTenant, type Connection } from './connection.ts';
import { accountIn } from './inventory.ts';
import { recordedAccounts } from './lookup.ts';
import { tenantOf } from './session.ts';

/** What is recorded on this machine, and with `withActive` the names that Augment saw at work (contracts/augment.md 4). */
export async function listAccounts(
  connection: Connection,
  { withActive }: { withActive: boolean },
): Promise<AccountList> {
  const inventory = await connection.inventory.read();
  const recorded = recordedAccounts(inventory, await meantTenant(connection)).map((account) =>
    toAccount(account, connection.profile),
  );
  if (!withActive) return { accounts: recorded, warnings: [recordedOnly] };
  const tenant = tenantOf(await connection.session());
  const names = await activeAccountNames(connection.analytics());
  const seen = names
    .filter((name) => accountIn(inventory, { tenant, name }) === null)
    .map((name) => seenAccount({ tenant, name }, connection.profile));
  return { accounts: [...recorded, ...seen], warnings: [recordedOnly, activeOnly(seen)] };
}

const recordedOnly =
  'Augment has no list of service accounts: of its accounts, those recorded on this machine are known';

/** A table does not show where a row comes from. */
function activeOnly(seen: readonly Account[]): string {
  return seen.length === 0
    ? 'no other one was active in the last 7 days'
    : `not recorded, but active in the last 7 days: ${seen.map(({ name }) => name).join(', ')}`;
}
