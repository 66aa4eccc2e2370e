import { quoted } from '../../model/text.ts';

/** An origin without a slash behind it, or the problem with it, which quotes nothing: people mix up fields. */
export type TenantReading =
  | { readonly value: string; readonly problem: null }
  | { readonly value: null; readonly problem: string };

const example = 'such as https://d1.api.augmentcode.com/';

/**
 * Reads a tenant URL: an https origin and nothing else. Auggie takes http and any path, and sends the token there
 * (contracts/augment.md 7.4). `hint` follows when it is missing.
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
 * whether every tenant is below that domain is not documented (contracts/augment.md 2).
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
