import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { Account } from '../../model/account.ts';
import { idOf } from './accounts.ts';
import type { AccountKey } from './inventory.ts';
import type { Inventory, InventoryAccount } from './inventory-schema.ts';

/** Accounts that are not deleted; of one tenant, where one is given. */
export function recordedAccounts({ accounts }: Inventory, tenant: string | null): readonly InventoryAccount[] {
  return accounts.filter((account) => account.deletedAt === null && (tenant === null || account.tenant === tenant));
}

/**
 * The one recorded account that `reference` names: an id, else an exact name.
 * @throws NotFoundError, which says that the inventory is not all there is; ConflictError (`ambiguous`) naming the ids
 */
export function findRecorded(
  inventory: Inventory,
  { reference, tenant }: { readonly reference: string; readonly tenant: string | null },
): InventoryAccount {
  const accounts = recordedAccounts(inventory, tenant);
  const byId = accounts.find((account) => idOf(account) === reference);
  const [first, ...others] = byId === undefined ? accounts.filter(({ name }) => name === reference) : [byId];
  if (first === undefined) throw missing(reference);
  if (others.length === 0) return first;
  const ids = [first, ...others].map(idOf).join(', ');
  throw new ConflictError(
    'ambiguous',
    `${others.length + 1} Augment accounts go by ${quoted(reference, 100)}: ${ids}`,
    { provider: 'augment', hint: 'name one of them by its id: --id <id>' },
  );
}

function missing(reference: string): NotFoundError {
  return new NotFoundError(
    `no Augment account ${quoted(reference, 100)} is recorded here; only accounts recorded on this machine are known`,
    { provider: 'augment', hint: 'sactl serviceaccounts list --provider augment' },
  );
}

/** What tells an account that was looked up from all others. */
export function keyOf({ organization, name }: Account): AccountKey {
  return { tenant: organization ?? '', name };
}
