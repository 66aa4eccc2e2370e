import { FailedError, UsageError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import { RulePage, rulesPath } from './pages.ts';
import type { Connection } from './connection.ts';
import type { Id } from './schema.ts';
import { claimsOf } from './token.ts';

type TenantId = Id | null | undefined;

/** The tenant that the access token says it is of; null where it does not (docs/contracts/runai.md 2d). */
export async function tenantIn({ token }: Connection): Promise<string | null> {
  const claim = claimsOf(await token())['tenant_id'];
  return typeof claim === 'string' || typeof claim === 'number' ? textOf(claim) : null;
}

/**
 * The id of the credential's tenant, by the first that says it: the access token, accounts, access rules, clusters. Each
 * of them may be empty, or not to be read (docs/contracts/runai.md 15.25).
 * @throws UsageError where several tenants are seen; HttpError or FailedError where none is
 */
export async function tenantOf(connection: Connection): Promise<string> {
  const claimed = await tenantIn(connection);
  if (claimed !== null) return claimed;
  const { api } = connection;
  const sources: readonly (() => Promise<readonly TenantId[]>)[] = [
    async () => (await api.accounts()).items.map(({ wire }) => wire.tenantId),
    async () => {
      const { items } = await api.read(`${rulesPath}?limit=1&offset=0`, 'list access rules', RulePage);
      return items.map(({ wire }) => wire.tenantId);
    },
    async () => {
      const { items } = await api.clusters();
      return items.map(({ wire }) => wire.tenantId);
    },
  ];
  for (const source of sources) {
    const [only, ...others] = await seen(source());
    if (others.length > 0) {
      throw new UsageError(`several tenants are seen: ${[only, ...others].join(', ')}`, { hint: byId });
    }
    if (only !== undefined) return only;
  }
  const message =
    "the tenant's id is not known: neither the access token nor accounts, access rules or clusters say it";
  throw new FailedError('failed', message, { provider: 'runai', hint: byId });
}

const byId = 'name it by its id: --scope tenant:<id>';

/** The different ids; none where they cannot be read. */
async function seen(ids: Promise<readonly TenantId[]>): Promise<readonly string[]> {
  try {
    return [...new Set((await ids).flatMap((id) => textOf(id) ?? []))];
  } catch (error) {
    if (error instanceof HttpError) return [];
    throw error;
  }
}

function textOf(id: TenantId): string | null {
  return id === null || id === undefined || id === '' ? null : String(id);
}
