import { sactl } from '../../model/hint.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { AccountList } from '../provider.ts';
import { accountsNamed as byReference } from '../reference.ts';
import type { Connection } from './connection.ts';

/** Every account the token can see, which for a service account without rights is only itself. */
export async function listAccounts(connection: Connection): Promise<AccountList> {
  const accounts = (await connection.accounts()).map(connection.model);
  return { accounts, warnings: accounts.length <= 1 ? [mayBeIncomplete] : [] };
}

/** docs/contracts/nscale.md 9.8 */
const mayBeIncomplete =
  'this list may be incomplete: without read permission an nscale token sees only its own account';

/** Matched by id or exact name; a UUID is never taken for a name. */
export function accountsNamed(accounts: readonly Account[], reference: string): readonly Account[] {
  return isUuid(reference)
    ? byReference(accounts, reference.toLowerCase(), ['id'])
    : byReference(accounts, reference, ['name']);
}

/** nscale has no route for one account (docs/contracts/nscale.md 9.1): list, then match. */
export async function findAccount(connection: Connection, reference: string): Promise<Account> {
  const accounts = (await connection.accounts()).map(connection.model);
  const named = accountsNamed(accounts, reference);
  const [only, ...others] = named;
  if (only === undefined) return notFound(connection, reference, accounts.length);
  if (others.length === 0) return only;
  throw new ConflictError(
    'ambiguous',
    `${named.length} nscale service accounts are named "${reference}": ${named.map((account) => account.id).join(', ')}`,
    { provider: 'nscale', hint: 'name one of them by its id: --id <id>' },
  );
}

async function notFound({ organization }: Connection, reference: string, visible: number): Promise<never> {
  const message = `no service account "${reference}" in nscale organization ${await organization()}`;
  throw new NotFoundError(visible <= 1 ? `${message}; ${mayBeIncomplete}` : message, {
    provider: 'nscale',
    hint: sactl`serviceaccounts list`,
  });
}

const namePattern = /^[0-9A-Za-z](?:[0-9A-Za-z\-_.]{0,61}[0-9A-Za-z])?$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Why nscale would refuse this name, or null (docs/contracts/nscale.md 3). */
export function nameProblem(name: string): string | null {
  if (namePattern.test(name)) return null;
  return 'nscale names have 1 to 63 letters, digits, "-", "_" or ".", and begin and end with a letter or digit';
}

/** Why this cannot be an nscale organization id, or null. */
export function organizationProblem(id: string): string | null {
  if (isUuid(id)) return null;
  return 'nscale organizations are named by their UUID; "sactl orgs list" shows it';
}

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
