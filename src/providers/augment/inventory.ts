import { sactl } from '../../model/hint.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';

/** What tells an account from all others: its tenant's origin and its name. */
export type AccountKey = Pick<InventoryAccount, 'tenant' | 'name'>;

/** A change, and when it is recorded, in ISO 8601 in UTC. */
export interface Dated {
  readonly at: string;
}

/** The account of that name that is not deleted, or null. */
export function accountIn({ accounts }: Inventory, { tenant, name }: AccountKey): InventoryAccount | null {
  const found = accounts.find(
    (account) => account.tenant === tenant && account.name === name && account.deletedAt === null,
  );
  return found ?? null;
}

/** Records a new account. @throws ConflictError (`exists`) */
export function addAccount(
  inventory: Inventory,
  account: AccountKey & Dated & Pick<InventoryAccount, 'description'>,
): Inventory {
  const { tenant, name, description, at } = account;
  if (accountIn(inventory, account) !== null) throw exists(name);
  const added = { tenant, name, description, createdAt: at, updatedAt: at, tokens: [] };
  return { ...inventory, accounts: [...inventory.accounts, { ...added, deletedAt: null }] };
}

/** Records another description of ours; Augment's own is not touched. @throws NotFoundError */
export function describeAccount(
  inventory: Inventory,
  { description, ...key }: AccountKey & Dated & Pick<InventoryAccount, 'description'>,
): Inventory {
  return changeAccount(inventory, key, (account) => ({ ...account, description }));
}

/** Records another name. @throws NotFoundError; ConflictError (`exists`) */
export function renameAccount(
  inventory: Inventory,
  { newName, ...key }: AccountKey & Dated & { readonly newName: string },
): Inventory {
  if (newName !== key.name && accountIn(inventory, { ...key, name: newName }) !== null) throw exists(newName);
  return changeAccount(inventory, key, (account) => ({ ...account, name: newName }));
}

/**
 * Records that an account is deleted, and with it its tokens (docs/contracts/augment.md 2): `dead` are the fingerprints
 * of those that Augment was seen to refuse. @throws NotFoundError
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
function asRevoked(token: InventoryToken, { at, verified }: Dated & { readonly verified: boolean }): InventoryToken {
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
function changeAccount(
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

/** A token as it is recorded: everything but its value. */
export interface InventoryToken {
  readonly name: string;
  readonly createdAt: string | null;
  readonly fingerprint: string;
  /** `pending-revoke`: it was replaced, and a person still has to revoke it in the web console. */
  readonly state: 'active' | 'pending-revoke' | 'revoked';
  /** Whether the state was seen (Augment took the token, or refused it) and not only said. */
  readonly verified: boolean;
  /** Where it was delivered to, as `--to` names it with absolute paths. */
  readonly targets: readonly string[];
  readonly revokedAt: string | null;
}

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

/** One token of an account, by its name. */
export interface TokenKey extends AccountKey {
  readonly token: string;
}

/** The token of that name. @throws NotFoundError when there is none, or no such account */
export function tokenIn(inventory: Inventory, key: TokenKey): InventoryToken {
  const found = tokenOf(existing(inventory, key), key.token);
  if (found !== null) return found;
  throw new NotFoundError(`${quoted(key.name, 100)} has no token ${quoted(key.token, 100)}`, {
    provider: 'augment',
    hint: sactl`tokens list --provider augment --id ${key.name}`,
  });
}

/**
 * Records a new token. The same one again, after an interruption, is no error. @throws NotFoundError; ConflictError
 * (`exists`) when the account has another token of that name, or any account has that token
 */
export function addToken(
  inventory: Inventory,
  added: TokenKey & Dated & Pick<InventoryToken, 'fingerprint' | 'verified'>,
): Inventory {
  const { token: name, fingerprint, verified, at } = added;
  const account = existing(inventory, added);
  const known = tokenOf(account, name);
  if (known !== null && known.fingerprint === fingerprint && known.state === 'active') {
    return verified && !known.verified ? markVerified(inventory, added) : inventory;
  }
  if (known !== null) throw tokenExists(account.name, name);
  const recorded = knownToken(inventory, fingerprint);
  if (recorded !== null) {
    throw new ConflictError('exists', recorded, { provider: 'augment', hint: 'make a new token in the web console' });
  }
  const token = { name, createdAt: at, fingerprint, state: 'active', verified } as const;
  return changeAccount(inventory, added, (found) => ({
    ...found,
    tokens: [...found.tokens, { ...token, targets: [], revokedAt: null }],
  }));
}

/** What is wrong with a second token of the same name (docs/contracts/augment.md 2). */
export function tokenExists(account: string, token: string): ConflictError {
  return new ConflictError('exists', `${quoted(account, 100)} has a token ${quoted(token, 100)} already`, {
    provider: 'augment',
    hint: 'give the new one another name, here and in the web console',
  });
}

/** Says which token this is, because it was recorded before, whatever it is called now; null for a new one. */
export function knownToken({ accounts }: Inventory, fingerprint: string): string | null {
  for (const { name, tokens } of accounts) {
    const known = tokens.find((token) => token.fingerprint === fingerprint);
    if (known) return `this is the token ${quoted(known.name, 100)} of ${quoted(name, 100)}, not a new one`;
  }
  return null;
}

/** Records that Augment was seen to take the token. @throws NotFoundError */
export function markVerified(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => ({ ...token, verified: true }));
}

/** Records where a token was delivered to; no other token is there any more. @throws NotFoundError */
export function noteDelivery(
  inventory: Inventory,
  { targets, ...key }: TokenKey & Dated & { readonly targets: readonly string[] },
): Inventory {
  tokenIn(inventory, key);
  const taken = new Set(targets);
  return changeAccount(inventory, key, (account) => ({
    ...account,
    tokens: account.tokens.map((token) => {
      const others = token.targets.filter((target) => !taken.has(target));
      return { ...token, targets: token.name === key.token ? [...others, ...taken] : others };
    }),
  }));
}

/** Records that a token was replaced and has to be revoked. @throws NotFoundError; ConflictError when it is revoked */
export function markPendingRevoke(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => {
    if (token.state !== 'revoked') return { ...token, state: 'pending-revoke' };
    throw new ConflictError('conflict', `the token ${quoted(token.name, 100)} is revoked already`, {
      provider: 'augment',
    });
  });
}

/** Records that a token that was replaced is in use again, seen to be taken by Augment. @throws NotFoundError */
export function markRestored(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => ({ ...token, state: 'active', verified: true }));
}

/** Records that a token was revoked: `verified` when Augment was seen to refuse it. @throws NotFoundError */
export function markRevoked(
  inventory: Inventory,
  { at, verified, ...key }: TokenKey & Dated & { readonly verified: boolean },
): Inventory {
  return changeToken(inventory, { ...key, at }, (token) => asRevoked(token, { at, verified }));
}

function tokenOf({ tokens }: InventoryAccount, name: string): InventoryToken | null {
  return tokens.find((token) => token.name === name) ?? null;
}

function changeToken(
  inventory: Inventory,
  key: TokenKey & Dated,
  change: (token: InventoryToken) => InventoryToken,
): Inventory {
  const found = tokenIn(inventory, key);
  return changeAccount(inventory, key, (account) => ({
    ...account,
    tokens: account.tokens.map((token) => (token === found ? change(token) : token)),
  }));
}
