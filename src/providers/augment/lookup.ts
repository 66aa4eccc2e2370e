import * as z from 'zod/mini';

import { NotFoundError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { sactl } from '../../model/hint.ts';
import { quoted } from '../../model/text.ts';
import { countPages, endless } from '../answers.ts';
import { accountsNamed, onlyAccount } from '../lookup.ts';
import type { HeldText } from '../manual.ts';
import type { AccountList } from '../provider.ts';
import { get, type Analytics } from './api.ts';
import { meantTenant, type Connection } from './connection.ts';
import { accountIn, type AccountKey, type Inventory, type InventoryAccount } from './inventory.ts';
import { activeAccount, nameProblem, toAccount } from './schema.ts';
import { hostOf, readSession, tenantOf } from './session.ts';

/** The accounts recorded on this machine, and with `withActive` the names that Augment saw at work. */
export async function listAccounts(connection: Connection, withActive: boolean): Promise<AccountList> {
  const { profile, session, analytics } = connection;
  const inventory = await connection.inventory.read();
  const recorded = recordedAccounts(inventory, await meantTenant(connection));
  const accounts = recorded.map((account) => toAccount(account, profile));
  if (!withActive) return { accounts, warnings: [recordedOnly] };
  const tenant = tenantOf(await session());
  const names = await activeAccountNames(analytics());
  const others = names.filter((name) => accountIn(inventory, { tenant, name }) === null);
  // A table does not show where a row comes from.
  const warning =
    others.length === 0
      ? 'no other one was active in the last 7 days'
      : `not recorded, but active in the last 7 days: ${others.join(', ')}`;
  return {
    accounts: [...accounts, ...others.map((name) => activeAccount({ tenant, name }, profile))],
    warnings: [recordedOnly, warning],
  };
}

const recordedOnly = 'Augment cannot list service accounts: only those recorded on this machine are known';

/** Accounts that are not deleted; of one tenant, where one is given. */
export function recordedAccounts({ accounts }: Inventory, tenant: string | null): readonly InventoryAccount[] {
  return accounts.filter((account) => account.deletedAt === null && (tenant === null || account.tenant === tenant));
}

export async function findAccount(connection: Connection, reference: string): Promise<Account> {
  const { inventory, profile } = connection;
  const tenant = await meantTenant(connection);
  return toAccount(findRecorded(await inventory.read(), { reference, tenant }), profile);
}

/** The recorded account that has this id, else this name. @throws NotFoundError; ConflictError (`ambiguous`) naming ids */
export function findRecorded(
  inventory: Inventory,
  { reference, tenant }: { readonly reference: string; readonly tenant: string | null },
): InventoryAccount {
  const recorded = recordedAccounts(inventory, tenant);
  const accounts = recorded.map((account) => toAccount(account, null));
  const named = accountsNamed(accounts, reference, ['id', 'name']);
  const account = onlyAccount(named, `Augment accounts go by ${quoted(reference, 100)}`);
  const found = account === null ? undefined : recorded[accounts.indexOf(account)];
  if (found !== undefined) return found;
  throw new NotFoundError(
    `no Augment account ${quoted(reference, 100)} is recorded here; only accounts recorded on this machine are known`,
    { provider: 'augment', hint: sactl`serviceaccounts list --provider augment` },
  );
}

/** What tells an account that was looked up from all others. */
export function keyOf({ organization, name }: Account): AccountKey {
  return { tenant: organization ?? '', name };
}

/**
 * An account that is not recorded, with the tokens of the sessions that its targets hold; the next change records it.
 * Null when there is no session, they are for several tenants or another one, or are recorded as another account's.
 */
export async function adoptAccount(
  { inventory, profile }: Connection,
  reference: string,
  held: readonly HeldText[],
): Promise<Account | null> {
  const [name = '', host = null] = reference.split('/').toReversed();
  const found = held.flatMap(({ target, text }) => {
    const { session } = readSession(text);
    return session === null
      ? []
      : [{ target, tenant: tenantOf(session), fingerprint: fingerprintOf(session.accessToken) }];
  });
  const [tenant, ...others] = new Set(found.map((session) => session.tenant));
  if (tenant === undefined || others.length > 0 || nameProblem(name) !== null) return null;
  if (host !== null && host !== hostOf(tenant)) return null;
  const fingerprints = new Set(found.map(({ fingerprint }) => fingerprint));
  const { accounts } = await inventory.read();
  if (accounts.some(({ tokens }) => tokens.some((token) => fingerprints.has(token.fingerprint)))) return null;
  const tokens = Array.from(fingerprints, (fingerprint) => ({
    // Only the web console knows what it is called.
    name: fingerprint,
    createdAt: null,
    fingerprint,
    state: 'active' as const,
    verified: false,
    targets: found.flatMap((session) => (session.fingerprint === fingerprint ? [session.target] : [])),
    revokedAt: null,
  }));
  const adopted = { tenant, name, description: null, createdAt: null, updatedAt: null, tokens, deletedAt: null };
  inventory.adopt(adopted);
  return toAccount(adopted, profile);
}

/** Users are people or service accounts (docs/contracts/augment.md 4); what else is said of them is not read. */
const ActivityPage = z.object({
  users: z.array(z.object({ service_account_name: z.nullish(z.string()) })),
  pagination: z.nullish(z.object({ has_more: z.nullish(z.boolean()), next_cursor: z.nullish(z.string()) })),
});

const purpose = 'list the service accounts that were active';

/** A page is at most this long; fewer pages leave more of the rate limit. */
const pageSize = 100;

/** Ten minutes, at the documented rate. */
const mostPages = 100;

/** The names of the service accounts that Augment saw at work in the last 7 days, sorted. @throws HttpError */
export async function activeAccountNames(analytics: Analytics): Promise<readonly string[]> {
  const names = new Set<string>();
  const cursors = new Set<string>();
  const list = { provider: 'augment', purpose, mostPages };
  const counted = countPages(list);
  for (let cursor: string | null = null; ;) {
    const next = cursor === null ? '' : `&${new URLSearchParams({ cursor }).toString()}`;
    const path = `/user-activity?page_size=${pageSize}${next}`;
    const page: z.infer<typeof ActivityPage> = await get(analytics, path, purpose, ActivityPage);
    counted(page.users.length);
    for (const { service_account_name: name } of page.users) if (name) names.add(name);
    if (page.pagination?.has_more !== true) return [...names].toSorted();
    cursor = page.pagination.next_cursor ?? '';
    if (cursor === '' || cursors.has(cursor)) throw endless(list);
    cursors.add(cursor);
  }
}
