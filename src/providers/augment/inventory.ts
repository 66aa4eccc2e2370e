import * as z from 'zod/mini';

import { sactl } from '../../model/hint.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';

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
 * Records that an account is deleted, and with it its tokens (docs/contracts/augment.md 2): `dead` are the fingerprints
 * of those that Augment was seen to refuse. It stays in the inventory. @throws NotFoundError
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
  return { ...token, state: 'revoked', verified: before.verified || verified, revokedAt: before.revokedAt };
}

/** The account that is there. @throws NotFoundError */
export function existing(inventory: Inventory, key: AccountKey): InventoryAccount {
  const found = accountIn(inventory, key);
  if (found !== null) return found;
  throw new NotFoundError(`no Augment account ${quoted(key.name, 100)} is recorded here`, {
    provider: 'augment',
    hint: sactl`serviceaccounts list --provider augment`,
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

/** ISO 8601 in UTC, or null when it is not known. */
const Time = z.prefault(z.nullable(z.string()), null);

const Token = z.looseObject({
  name: z.string(),
  createdAt: Time,
  // Checked, so that no value can ever be recorded in its place.
  fingerprint: z.string().check(z.regex(/^sha256:[0-9a-f]{12}$/)),
  state: z.enum(['active', 'pending-revoke', 'revoked']),
  verified: z.prefault(z.boolean(), false),
  targets: z.prefault(z.array(z.string()), []),
  revokedAt: Time,
});

const Account = z.looseObject({
  tenant: z.url({ protocol: /^https$/ }),
  name: z.string(),
  description: z.prefault(z.nullable(z.string()), null),
  createdAt: Time,
  updatedAt: Time,
  tokens: z.prefault(z.array(Token), []),
  deletedAt: Time,
});

/** What the file holds; keys that this version does not know are kept. */
export const StoredInventory = z.looseObject({ version: z.literal(1), accounts: z.array(Account) });

/** A token as it is recorded: everything but its value. */
export interface InventoryToken {
  readonly name: string;
  readonly createdAt: string | null;
  readonly fingerprint: string;
  readonly state: TokenState;
  /** Whether the state was seen (Augment took the token, or refused it) and not only said. */
  readonly verified: boolean;
  /** Where it was delivered to, as `--to` names it with absolute paths. */
  readonly targets: readonly string[];
  readonly revokedAt: string | null;
}

/** `pending-revoke`: it was replaced, and a person still has to revoke it in the web console. */
export type TokenState = 'active' | 'pending-revoke' | 'revoked';

/** A service account as it is recorded. */
export interface InventoryAccount {
  /** An origin, e.g. `https://d1.api.augmentcode.com`. */
  readonly tenant: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly tokens: readonly InventoryToken[];
  /** Not null for one that is gone. */
  readonly deletedAt: string | null;
}

/** What this machine knows of a person's service accounts: never all there is (docs/contracts/augment.md 1). */
export interface Inventory {
  readonly version: 1;
  readonly accounts: readonly InventoryAccount[];
}

/** The inventory of a machine that has none yet. */
export const emptyInventory: Inventory = { version: 1, accounts: [] };
