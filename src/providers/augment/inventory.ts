import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { Inventory, InventoryAccount, InventoryToken } from './inventory-schema.ts';

/** What tells an account from all others: its tenant's origin and its name. */
export type AccountKey = Pick<InventoryAccount, 'tenant' | 'name'>;

/** A change, and when it is recorded, in ISO 8601 in UTC. */
export interface Dated {
  readonly at: string;
}

export interface NewInventoryAccount extends AccountKey, Dated {
  readonly description: string | null;
}

/** The account of that name that is not deleted, or null. */
export function accountIn({ accounts }: Inventory, { tenant, name }: AccountKey): InventoryAccount | null {
  const found = accounts.find(
    (account) => account.tenant === tenant && account.name === name && account.deletedAt === null,
  );
  return found ?? null;
}

/** Records a new account. @throws ConflictError (`exists`) */
export function addAccount(inventory: Inventory, account: NewInventoryAccount): Inventory {
  const { tenant, name, description, at } = account;
  if (accountIn(inventory, account) !== null) throw exists(name);
  const added = { tenant, name, description, createdAt: at, updatedAt: at, tokens: [] };
  return { ...inventory, accounts: [...inventory.accounts, { ...added, deletedAt: null }] };
}

/** Records another description of ours; Augment's own is not touched. @throws NotFoundError */
export function describeAccount(
  inventory: Inventory,
  { description, ...key }: AccountKey & Dated & { readonly description: string | null },
): Inventory {
  return changeAccount(inventory, key, (account) => ({ ...account, description }));
}

/** Records another name. @throws NotFoundError; ConflictError (`exists`) */
export function renameAccount(
  inventory: Inventory,
  { newName, ...key }: AccountKey & Dated & { readonly newName: string },
): Inventory {
  if (newName !== key.name && accountIn(inventory, { ...key, name: newName }) !== null) {
    throw exists(newName);
  }
  return changeAccount(inventory, key, (account) => ({ ...account, name: newName }));
}

/**
 * Records that an account is deleted, and with it its tokens (contracts/augment.md 2): `dead` are the fingerprints of
 * those that Augment was seen to refuse. It stays in the inventory. @throws NotFoundError
 */
export function removeAccount(
  inventory: Inventory,
  { dead = [], ...key }: AccountKey & Dated & { readonly dead?: readonly string[] },
): Inventory {
  const { at } = key;
  return changeAccount(inventory, key, (account) => ({
    ...account,
    tokens: account.tokens.map((token) => asRevoked(token, { at, verified: dead.includes(token.fingerprint) })),
    deletedAt: at,
  }));
}

/** The token as revoked; one that is already can only become verified. */
export function asRevoked(
  token: InventoryToken,
  { at, verified }: Dated & { readonly verified: boolean },
): InventoryToken {
  const before = token.state === 'revoked' ? token : { verified: false, revokedAt: at };
  return {
    ...token,
    state: 'revoked',
    verified: before.verified || verified,
    revokedAt: before.revokedAt,
  };
}

/** The account that is there. @throws NotFoundError */
export function existing(inventory: Inventory, key: AccountKey): InventoryAccount {
  const found = accountIn(inventory, key);
  if (found !== null) return found;
  throw new NotFoundError(`no Augment account ${quoted(key.name, 100)} is recorded here`, {
    provider: 'augment',
    hint: 'sactl serviceaccounts list --provider augment',
  });
}

/** The inventory with a change of one account. @throws NotFoundError */
export function changeAccount(
  inventory: Inventory,
  key: AccountKey & Dated,
  change: (account: InventoryAccount) => InventoryAccount,
): Inventory {
  const found = existing(inventory, key);
  const changed = { ...change(found), updatedAt: key.at };
  const accounts = inventory.accounts.map((account) => (account === found ? changed : account));
  return { ...inventory, accounts };
}

function exists(name: string): ConflictError {
  return new ConflictError('exists', `an Augment account ${quoted(name, 100)} is recorded already`, {
    provider: 'augment',
  });
}
