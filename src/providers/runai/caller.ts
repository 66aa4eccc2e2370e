import { UsageError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { Connection } from './connection.ts';
import { subjectsOf } from './lookup.ts';

/** Whether the caller signs in with this account; null with an access token, which does not say whose it is. */
export function isCaller({ credential: { clientId } }: Connection, account: Account): boolean | null {
  return clientId === null ? null : clientId === account.clientId;
}

/** The same of the account that access rules name so; null also where the caller's own account is not in the list. */
export async function isCallersSubject(connection: Connection, subject: string): Promise<boolean | null> {
  const { clientId } = connection.credential;
  if (clientId === null) return null;
  if (clientId === subject) return true;
  const items = await connection.api.accounts().then(
    (list) => list.items,
    () => [],
  );
  const own = items.map((item) => connection.model(item, null)).find((account) => account.clientId === clientId);
  return own === undefined ? null : subjectsOf(own).includes(subject);
}

/**
 * A deletion of several steps, of which the first takes the right to the others away.
 * @throws UsageError where the account is the caller's own
 */
export function refuseOwnDeletion(connection: Connection, account: Account): void {
  if (isCaller(connection, account) !== true) return;
  throw new UsageError(
    `${account.name} (${account.id}) is the account that sactl signs in with: it cannot delete itself, ` +
      'because it would be disabled first, and then may not delete its access rules and the account',
    { provider: 'runai', hint: 'delete it with the credential of another account' },
  );
}
