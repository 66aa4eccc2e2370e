import { barelyKnown, type Account, wholeSeconds } from '../../model/account.ts';
import { safeText } from '../../model/text.ts';
import type { AccountKey, InventoryAccount } from './inventory.ts';
import { hostOf } from './session.ts';

/** `<tenant host>/<name>` */
export function idOf({ tenant, name }: AccountKey): string {
  return `${hostOf(tenant)}/${name}`;
}

/** A recorded account in our model; `raw` says that it comes from this machine and need not be all there is. */
export function toAccount(recorded: InventoryAccount, profile: string | null): Account {
  const { description, createdAt, updatedAt, tokens } = recorded;
  // Only a token that Augment was seen to take makes an account known to be active.
  const isActive = tokens.some(({ state, verified }) => state !== 'revoked' && verified);
  return {
    ...blank(recorded, profile),
    description,
    status: isActive ? 'active' : 'unknown',
    createdAt: wholeSeconds(createdAt),
    updatedAt: wholeSeconds(updatedAt),
    tokens: tokens.map(({ name, createdAt: madeAt, fingerprint, state, verified }) => {
      return { name, createdAt: wholeSeconds(madeAt), fingerprint, state, verified };
    }),
    raw: { ...recorded, source: 'inventory', complete: false },
  };
}

/** An account that is not recorded, but whose name the Analytics API has seen at work. */
export function activeAccount(key: AccountKey, profile: string | null): Account {
  const { tenant, name } = key;
  return { ...blank(key, profile), status: 'active', raw: { tenant, name, source: 'analytics', complete: false } };
}

function blank({ tenant, name }: AccountKey, profile: string | null): Account {
  return barelyKnown({ provider: 'augment', profile, id: idOf({ tenant, name }), name, organization: tenant });
}

const longest = 100;

/** Why Augment would refuse this name of a service account, or null (docs/contracts/augment.md 2). */
export function nameProblem(name: string): string | null {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(name)) return null;
  return `Augment names have 1 to ${longest} letters, digits, "-" or "_"`;
}

/**
 * Why this cannot be the name of a token, or null. Which names Augment takes is not documented: one line of plain text
 * can be typed into its form, and told from others when the token has to be revoked there.
 */
export function tokenNameProblem(name: string): string | null {
  const { length } = Array.from(name);
  if (length >= 1 && length <= longest && safeText(name) === name) return null;
  return `names of tokens have 1 to ${longest} characters on one line, without blanks at their ends`;
}
