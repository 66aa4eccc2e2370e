import { ConflictError } from '../errors.ts';
import type { Account } from '../model/account.ts';

/** The accounts that a reference names, exactly: by the first of the keys that fits any of them. */
export function accountsNamed(
  accounts: readonly Account[],
  reference: string,
  keys: readonly ('id' | 'name' | 'clientId')[],
): readonly Account[] {
  for (const key of keys) {
    const named = accounts.filter((account) => account[key] === reference);
    if (named.length > 0) return named;
  }
  return [];
}

/**
 * The account that a reference names; null where it names none. `subject` begins the message about several, e.g.
 * `Run:ai service accounts go by "ci"`.
 * @throws ConflictError (`ambiguous`) naming the ids
 */
export function onlyAccount(named: readonly Account[], subject: string): Account | null {
  const [first, ...others] = named;
  if (first === undefined || others.length === 0) return first ?? null;
  const ids = named.map(({ id }) => id).join(', ');
  throw new ConflictError('ambiguous', `${named.length} ${subject}: ${ids}`, {
    provider: first.provider,
    hint: 'name one of them by its id: --id <id>',
  });
}
