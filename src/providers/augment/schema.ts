import { barelyKnown, type Account, type AccountStatus } from '../../model/account.ts';
import type { InventoryAccount } from './inventory.ts';
import { quoted, safeText } from '../../model/text.ts';

/** `<tenant host>/<name>` */
export function idOf({ tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>): string {
  return `${hostOf(tenant)}/${name}`;
}

/** A recorded account in our model; `raw` says that it comes from this machine and need not be all there is. */
export function toAccount(recorded: InventoryAccount, profile: string | null): Account {
  const { description, createdAt, updatedAt, tokens } = recorded;
  return {
    ...blank(recorded, profile),
    description,
    status: statusOf(recorded),
    createdAt,
    updatedAt,
    tokens: tokens.map(({ name, createdAt: madeAt, fingerprint, state, verified }) => ({
      name,
      createdAt: madeAt,
      fingerprint,
      state,
      verified,
    })),
    raw: { ...recorded, source: 'inventory', complete: false },
  };
}

/** An account that nothing is recorded of, but whose name the Analytics API has seen at work. */
export function seenAccount(
  { tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>,
  profile: string | null,
): Account {
  return {
    ...blank({ tenant, name }, profile),
    status: 'active',
    raw: { tenant, name, source: 'analytics', complete: false },
  };
}

function blank({ tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>, profile: string | null): Account {
  const id = idOf({ tenant, name });
  return barelyKnown({ provider: 'augment', profile, id, name, organization: tenant });
}

/** Only a token that Augment was seen to take makes an account known to be active. */
function statusOf({ tokens }: InventoryAccount): AccountStatus {
  const works = tokens.some(({ state, verified }) => state !== 'revoked' && verified);
  return works ? 'active' : 'unknown';
}

const longest = 100;

/** Why Augment would refuse this name of a service account, or null (docs/contracts/augment.md 2). */
export function nameProblem(name: string): string | null {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(name)) return null;
  return `Augment names have 1 to ${longest} letters, digits, "-" or "_"`;
}

/**
 * Why this cannot be the name of a token, or null. Which names Augment takes is not documented: what is one line of
 * plain text can be typed into its form, and told from others when it has to be revoked there.
 */
export function tokenNameProblem(name: string): string | null {
  const { length } = Array.from(name);
  if (length >= 1 && length <= longest && safeText(name) === name) return null;
  return `names of tokens have 1 to ${longest} characters on one line, without blanks at their ends`;
}

/** An origin without a slash behind it, or the problem with it, which quotes nothing: people mix up fields. */
export type TenantReading =
  | { readonly value: string; readonly problem: null }
  | { readonly value: null; readonly problem: string };

const example = 'such as https://d1.api.augmentcode.com/';

/**
 * Reads a tenant URL: an https origin and nothing else. Auggie takes http and any path, and sends the token there
 * (docs/contracts/augment.md 7.4). `hint` follows when it is missing.
 */
export function readTenant(value: unknown, hint = ''): TenantReading {
  if (value === undefined) return no(`is missing${hint}`);
  if (typeof value !== 'string') return no('must be text');
  if (value === '') return no('is empty');
  if (/[\s\p{Cc}]/u.test(value)) return no('holds white space');
  if (/^http:/i.test(value)) return no('must begin with https://: http would show the token');
  if (!/^https:\/\//i.test(value)) return no(`must be a URL, ${example}`);
  if (!URL.canParse(value)) return no(`is not a URL, ${example}`);
  if (/^https:\/\/[^/?#\\]*@/i.test(value)) return no('must not hold a user name or a password');
  if (!/^https:\/\/[^/?#\\]+\/?$/i.test(value)) {
    return no(`must be a host without a path or anything behind it, ${example}`);
  }
  return { value: new URL(value).origin, problem: null };
}

/**
 * The host in quotes when no tenant seen so far has one like it; null when it is as usual. Not proof of anything:
 * whether every tenant is below that domain is not documented (docs/contracts/augment.md 2).
 */
export function foreignHost(tenantURL: string): string | null {
  const { host } = new URL(tenantURL);
  return host.endsWith('.api.augmentcode.com') ? null : quoted(host, 100);
}

/** The host of a tenant, which begins the ids of its accounts. */
export function hostOf(tenant: string): string {
  return new URL(tenant).host;
}

function no(problem: string): TenantReading {
  return { value: null, problem: `"tenantURL" ${problem}` };
}
