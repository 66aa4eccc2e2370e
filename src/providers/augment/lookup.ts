import * as z from 'zod/mini';

import { sactl } from '../../model/hint.ts';
import type { Account } from '../../model/account.ts';
import type { AccountList } from '../provider.ts';
import { hostOf, idOf, nameProblem, seenAccount, toAccount } from './schema.ts';
import { meantTenant, type Connection } from './connection.ts';
import { accountIn, type AccountKey, type Inventory, type InventoryAccount, type InventoryToken } from './inventory.ts';
import { readSession, tenantOf } from './session.ts';
import { countPages, endless } from '../answers.ts';
import { send, type Analytics } from './api.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { HeldText } from '../manual.ts';
import { fingerprintOf } from '../../model/credential.ts';

/**
 * What is recorded on this machine, and with `withActive` the names that Augment saw at work
 * (docs/contracts/augment.md 4).
 */
export async function listAccounts(
  connection: Connection,
  { withActive }: { withActive: boolean },
): Promise<AccountList> {
  const inventory = await connection.inventory.read();
  const recorded = recordedAccounts(inventory, await meantTenant(connection)).map((account) =>
    toAccount(account, connection.profile),
  );
  if (!withActive) return { accounts: recorded, warnings: [recordedOnly] };
  const tenant = tenantOf(await connection.session());
  const names = await activeAccountNames(connection.analytics());
  const seen = names
    .filter((name) => accountIn(inventory, { tenant, name }) === null)
    .map((name) => seenAccount({ tenant, name }, connection.profile));
  return { accounts: [...recorded, ...seen], warnings: [recordedOnly, activeOnly(seen)] };
}

const recordedOnly =
  'Augment has no list of service accounts: of its accounts, those recorded on this machine are known';

/** A table does not show where a row comes from. */
function activeOnly(seen: readonly Account[]): string {
  return seen.length === 0
    ? 'no other one was active in the last 7 days'
    : `not recorded, but active in the last 7 days: ${seen.map(({ name }) => name).join(', ')}`;
}

/** Users are people or service accounts (docs/contracts/augment.md 4); what else is said of them is not read. */
const ActivityPage = z.object({
  users: z.array(z.object({ service_account_name: z.optional(z.nullable(z.string())) })),
  pagination: z.optional(
    z.nullable(
      z.object({ has_more: z.optional(z.nullable(z.boolean())), next_cursor: z.optional(z.nullable(z.string())) }),
    ),
  ),
});
type ActivityPage = z.infer<typeof ActivityPage>;

/** A time in UTC days, `YYYY-MM-DD`, both included: at most 90, before today. */
export interface ActivityPeriod {
  readonly from: string;
  readonly to: string;
}

const purpose = 'list the service accounts that were active';

/** A page is at most this long; fewer pages leave more of the rate limit. */
const pageSize = 100;

/** Ten minutes, at the documented rate. */
const mostPages = 100;

/**
 * The names of service accounts that Augment saw at work, sorted, each once: those that did nothing are not among them,
 * so this is no inventory. Without a period it is Augment's default, the last 7 days. @throws HttpError
 */
export async function activeAccountNames(
  analytics: Analytics,
  period: ActivityPeriod | null = null,
): Promise<readonly string[]> {
  const names = new Set<string>();
  const cursors = new Set<string>();
  const list = { provider: 'augment', purpose, mostPages };
  const counted = countPages(list);
  for (let cursor: string | null = null; ;) {
    const page: ActivityPage = await send(analytics, {
      path: `/user-activity?${queryOf(period, cursor)}`,
      purpose,
      schema: ActivityPage,
    });
    counted(page.users.length);
    for (const { service_account_name: name } of page.users) if (name) names.add(name);
    if (page.pagination?.has_more !== true) return [...names].toSorted();
    cursor = page.pagination.next_cursor ?? '';
    if (cursor === '' || cursors.has(cursor)) throw endless(list);
    cursors.add(cursor);
  }
}

function queryOf(period: ActivityPeriod | null, cursor: string | null): string {
  const query = new URLSearchParams({
    page_size: String(pageSize),
    ...(period === null ? {} : { start_date: period.from, end_date: period.to }),
    ...(cursor === null ? {} : { cursor }),
  });
  return query.toString();
}

/** Accounts that are not deleted; of one tenant, where one is given. */
export function recordedAccounts({ accounts }: Inventory, tenant: string | null): readonly InventoryAccount[] {
  return accounts.filter((account) => account.deletedAt === null && (tenant === null || account.tenant === tenant));
}

/**
 * The one recorded account that `reference` names: an id, else an exact name.
 * @throws NotFoundError, which says that the inventory is not all there is; ConflictError (`ambiguous`) naming the ids
 */
export function findRecorded(
  inventory: Inventory,
  { reference, tenant }: { readonly reference: string; readonly tenant: string | null },
): InventoryAccount {
  const accounts = recordedAccounts(inventory, tenant);
  const byId = accounts.find((account) => idOf(account) === reference);
  const [first, ...others] = byId === undefined ? accounts.filter(({ name }) => name === reference) : [byId];
  if (first === undefined) throw missing(reference);
  if (others.length === 0) return first;
  const ids = [first, ...others].map(idOf).join(', ');
  throw new ConflictError(
    'ambiguous',
    `${others.length + 1} Augment accounts go by ${quoted(reference, 100)}: ${ids}`,
    { provider: 'augment', hint: 'name one of them by its id: --id <id>' },
  );
}

function missing(reference: string): NotFoundError {
  return new NotFoundError(
    `no Augment account ${quoted(reference, 100)} is recorded here; only accounts recorded on this machine are known`,
    { provider: 'augment', hint: sactl`serviceaccounts list --provider augment` },
  );
}

/** What tells an account that was looked up from all others. */
export function keyOf({ organization, name }: Account): AccountKey {
  return { tenant: organization ?? '', name };
}

/**
 * Takes the sessions that are somewhere for those of an account that is not recorded, until a change records it. Null
 * when they cannot be: there is none, they are for other tenants, or somebody else's.
 */
export async function adoptAccount(
  { inventory, profile }: Connection,
  reference: string,
  held: readonly HeldText[],
): Promise<Account | null> {
  const [name = '', host = null] = reference.split('/').toReversed();
  const found = held.flatMap(({ target, text }) => {
    const { session } = readSession(text);
    return session === null ? [] : [{ target, session }];
  });
  const [tenant, ...others] = new Set(found.map(({ session }) => tenantOf(session)));
  if (tenant === undefined || others.length > 0 || nameProblem(name) !== null) return null;
  if (host !== null && host !== hostOf(tenant)) return null;
  const fingerprints = new Set(found.map(({ session }) => fingerprintOf(session.accessToken)));
  const { accounts } = await inventory.read();
  const known = accounts.flatMap(({ tokens }) => tokens);
  if (known.some(({ fingerprint }) => fingerprints.has(fingerprint))) return null;
  const tokens = Array.from(fingerprints, (fingerprint) =>
    unnamed(
      fingerprint,
      found.filter(({ session }) => fingerprintOf(session.accessToken) === fingerprint),
    ),
  );
  const account = { tenant, name, description: null, createdAt: null, updatedAt: null, tokens };
  const assumed = { ...account, deletedAt: null };
  inventory.assume(assumed);
  return toAccount(assumed, profile);
}

/** Only the web console knows what it is called. */
function unnamed(fingerprint: string, places: readonly Pick<HeldText, 'target'>[]): InventoryToken {
  return {
    name: fingerprint,
    createdAt: null,
    fingerprint,
    state: 'active',
    verified: false,
    targets: places.map(({ target }) => target),
    revokedAt: null,
  };
}
