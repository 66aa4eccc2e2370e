import { FailedError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { sactl } from '../../model/hint.ts';
import { accountsNamed as byReference, isUuid, missingFrom, onlyAccount } from '../lookup.ts';
import { bearer, illegible, type Payload } from '../answers.ts';
import { listOf } from '../../model/text.ts';
import type { AccountList, Misread, VerificationOptions } from '../provider.ts';
import type { Connection } from './connection.ts';
import { createApi } from './api.ts';
import { toAccount, type ServiceAccount } from './schema.ts';

/** Every account the token can see, or `only` these; for a service account without rights that is only itself. */
export async function listAccounts(connection: Connection, only?: ReadonlySet<string>): Promise<AccountList> {
  const partly: Misread[] = [];
  const read = only === undefined ? connection.accounts : connection.look;
  const { items, unreadable } = await read((account) => {
    if (account.misfits !== undefined) partly.push(partlyRead(account, account.misfits));
    return (only?.has(account.wire.metadata.id) ?? true) ? connection.model(account) : null;
  });
  const incomplete = items.length + unreadable.length <= 1 ? [mayBeIncomplete] : [];
  const misread = [...unreadable, ...partly];
  const accounts = items.filter((account) => account !== null);
  return { accounts, warnings: incomplete, ...(misread.length === 0 ? {} : { misread }) };
}

function partlyRead({ wire }: Payload<ServiceAccount>, misfits: readonly string[]): Misread {
  const { id, name } = wire.metadata;
  const what = `nscale service account ${name} (${id}) cannot be read as a whole: it does not fit at ${listOf(misfits)}`;
  return { id, name, isListed: true, what };
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
  const { items: accounts, unreadable } = await connection.accounts(connection.model);
  const misread = unreadable.find(({ id, name }) => id === reference.toLowerCase() || name === reference);
  if (misread !== undefined) throw illegible(misread, 'nscale');
  const found = onlyAccount(accountsNamed(accounts, reference), `nscale service accounts are named "${reference}"`);
  if (found !== null) return found;
  const isIncomplete = accounts.length + unreadable.length <= 1;
  const missing = `no service account "${reference}" in nscale organization ${await connection.organization()}`;
  const message = [missing, ...(isIncomplete ? [mayBeIncomplete] : [])].join('; ');
  throw missingFrom(unreadable, reference, { message, provider: 'nscale', hint: sactl`serviceaccounts list` });
}

/** The account as the server shows it now, or null when it does not. @throws FailedError when it cannot be read */
export async function find(connection: Connection, id: string): Promise<Payload<ServiceAccount> | null> {
  const { items, unreadable } = await connection.accounts((account) =>
    account.wire.metadata.id === id ? account : null,
  );
  const misread = unreadable.find((account) => account.id === id);
  if (misread !== undefined) throw illegible(misread, 'nscale');
  return items.find((account) => account !== null) ?? null;
}

/**
 * Every service account sees itself (docs/contracts/nscale.md 4), and the answer to its creation shows it without its
 * groups (docs/contracts/nscale.md 9.3).
 */
export async function readOwnAccount(account: Account, options: VerificationOptions): Promise<Account> {
  const { createHttp, credential, endpoint, now } = options;
  const api = createApi(createHttp(bearer('the answer', () => Promise.resolve(credential.value))), endpoint);
  const { items } = await api.accounts(account.organization ?? '', (seen) =>
    seen.wire.metadata.id === account.id ? toAccount(seen, { now: now(), profile: account.profile }) : null,
  );
  return items.find((seen) => seen !== null) ?? account;
}

/** Like `find`, for an account that was there a moment ago. @throws FailedError when it is gone */
export async function findAgain(
  connection: Connection,
  { id, name }: { id: string; name: string },
): Promise<Payload<ServiceAccount>> {
  const found = await find(connection, id);
  if (found !== null) return found;
  throw new FailedError('gone', `nscale service account ${name} (${id}) has just been deleted`, { provider: 'nscale' });
}

const rereads = 6;
const rereadPauseMs = 500;

/**
 * The account as the server shows it once `isSettled` holds, or as it showed it last. A list can lag a write by a moment
 * (docs/contracts/nscale.md 4), so it is read up to six times, half a second apart; null when it never appeared.
 */
export async function reread(
  connection: Connection,
  id: string,
  isSettled: (account: ServiceAccount) => boolean,
): Promise<Payload<ServiceAccount> | null> {
  let last: Payload<ServiceAccount> | null = null;
  for (let attempt = 1; attempt <= rereads; attempt += 1) {
    const found = await find(connection, id);
    last = found ?? last;
    if (found !== null && isSettled(found.wire)) return found;
    if (attempt < rereads) await connection.sleep(rereadPauseMs);
  }
  return last;
}

/** Why nscale would refuse this name, or null (docs/contracts/nscale.md 3). */
export function nameProblem(name: string): string | null {
  if (/^[0-9A-Za-z](?:[0-9A-Za-z\-_.]{0,61}[0-9A-Za-z])?$/.test(name)) return null;
  return 'nscale names have 1 to 63 letters, digits, "-", "_" or ".", and begin and end with a letter or digit';
}

/** Whether the token is of this account; null where nscale does not say who it is. */
export async function isCaller(connection: Connection, { id }: Account): Promise<boolean | null> {
  const caller = await connection.caller();
  if (caller === null || caller.kind === 'unknown') return null;
  return caller.kind === 'service-account' && caller.subject === id;
}
