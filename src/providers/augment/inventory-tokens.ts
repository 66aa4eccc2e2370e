import { sactl } from '../../model/hint.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import {
  asRevoked,
  changeAccount,
  existing,
  type AccountKey,
  type Dated,
  type Inventory,
  type InventoryAccount,
  type InventoryToken,
} from './inventory.ts';

/** One token of an account, by its name. */
export interface TokenKey extends AccountKey {
  readonly token: string;
}

export interface NewInventoryToken extends TokenKey, Dated {
  readonly fingerprint: string;
  /** Whether Augment was seen to take it. */
  readonly verified: boolean;
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
 * Records a new token. The same one again, after an interruption, is no error.
 * @throws NotFoundError; ConflictError (`exists`) when the account has another token of that name, or any account has
 * that token
 */
export function addToken(inventory: Inventory, added: NewInventoryToken): Inventory {
  const { token: name, fingerprint, verified, at } = added;
  const account = existing(inventory, added);
  const known = tokenOf(account, name);
  if (known !== null && known.fingerprint === fingerprint && known.state === 'active') {
    return verified && !known.verified ? markVerified(inventory, added) : inventory;
  }
  if (known !== null) {
    throw tokenExists(account.name, name);
  }
  refuseKnown(inventory, fingerprint);
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

/** A token that was recorded before is not a new one, whatever it is called now. */
function refuseKnown({ accounts }: Inventory, fingerprint: string): void {
  for (const { name, tokens } of accounts) {
    const known = tokens.find((token) => token.fingerprint === fingerprint);
    if (known === undefined) continue;
    throw new ConflictError(
      'exists',
      `this is the token ${quoted(known.name, 100)} of ${quoted(name, 100)}, not a new one`,
      { provider: 'augment', hint: 'make a new token in the web console' },
    );
  }
}

/** Records that Augment was seen to take the token. @throws NotFoundError */
export function markVerified(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => ({ ...token, verified: true }));
}

/** Records where a token was delivered to; what it replaced there is there no more. @throws NotFoundError */
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

/**
 * Records that a token was replaced, and that a person has to revoke it.
 * @throws NotFoundError; ConflictError when it is revoked
 */
export function markPendingRevoke(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => {
    if (token.state !== 'revoked') return { ...token, state: 'pending-revoke' };
    throw new ConflictError('conflict', `the token ${quoted(token.name, 100)} is revoked already`, {
      provider: 'augment',
    });
  });
}

/**
 * Records that a token that had been replaced is in use again, as Augment was seen to take it. @throws NotFoundError
 */
export function markRestored(inventory: Inventory, key: TokenKey & Dated): Inventory {
  return changeToken(inventory, key, (token) => ({ ...token, state: 'active', verified: true }));
}

/**
 * Records that a token was revoked: `verified` when Augment was seen to refuse it, else because a person says so.
 * Again, it can only become verified. @throws NotFoundError
 */
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
