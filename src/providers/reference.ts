import type { Account } from '../model/account.ts';

/** What a reference may be, in the order in which it is tried. */
type ReferenceKey = 'id' | 'name' | 'clientId';

/** The accounts that a reference names, exactly: by the first of the keys that fits any of them. */
export function accountsNamed(
  accounts: readonly Account[],
  reference: string,
  keys: readonly ReferenceKey[],
): readonly Account[] {
  for (const key of keys) {
    const named = accounts.filter((account) => account[key] === reference);
    if (named.length > 0) return named;
  }
  return [];
}
