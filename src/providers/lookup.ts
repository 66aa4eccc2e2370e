import { ConflictError, FailedError, NotFoundError, type CliError, type ErrorDetails } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Misread } from './provider.ts';

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

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a reference looks like an id of nscale and Run:ai, and not like a name. */
export function isUuid(reference: string): boolean {
  return uuid.test(reference);
}

/** Whether an account that cannot be read may be what a reference names: one without an id an id, one without a name a name. */
export function mayBe({ id, name }: Misread, reference: string): boolean {
  return (isUuid(reference) ? id : name) === null;
}

/**
 * The error about a reference that names none of a list's accounts. Exit 3 reads as "it is gone", which is not known while
 * one of the accounts that cannot be read may be it.
 */
export function missingFrom(
  unreadable: readonly Misread[],
  reference: string,
  { message, ...details }: ErrorDetails & { readonly message: string },
): CliError {
  const text = [message, ...unreadable.map(({ what }) => what)].join('; ');
  return unreadable.some((one) => mayBe(one, reference))
    ? new FailedError('bad_answer', text, details)
    : new NotFoundError(text, details);
}
