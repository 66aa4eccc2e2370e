import { ConflictError, NotFoundError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { AccountList } from '../provider.ts';
import type { Payload } from '../payload.ts';
import type { Connection } from './connection.ts';
import { readableRules } from './rules.ts';
import type { AccessRuleRead, ServiceAccount } from './schema.ts';

/** The list has no pages and ends here (contracts/runai.md 15.6). */
const listCap = 1000;

/** All accounts; with `withRules` every account's rules are joined, from all pages. */
export async function listAccounts(
  { api, model }: Connection,
  { withRules }: { withRules: boolean },
): Promise<AccountList> {
  const [payloads, rules] = await Promise.all([
    api.accounts(),
    withRules ? api.accessRules(null) : null,
  ]);
  const accounts = payloads.map((payload) =>
    model(payload, rules === null ? null : rulesOf(payload.wire, rules)),
  );
  const warnings =
    accounts.length === listCap
      ? [`Run:ai lists at most ${listCap} service accounts, so there may be more`]
      : [];
  return { accounts, warnings };
}

type Names = Pick<Account, 'id' | 'name' | 'clientId'>;

/** Rules bind by name; the client id is the same, and the id is matched in case (contracts/runai.md 7). */
export function subjectsOf({ id, name, clientId }: Names): string[] {
  return [...new Set([name, clientId ?? name, id])];
}

function rulesOf(wire: ServiceAccount, rules: readonly AccessRuleRead[]): AccessRuleRead[] {
  const subjects = new Set(subjectsOf({ ...wire, clientId: wire.clientId ?? null }));
  return rules.filter((rule) => subjects.has(rule.subjectId));
}

/** Matched by id, then name, then client id: a name can look like an id (contracts/runai.md 15.16). */
export async function findAccount(connection: Connection, reference: string): Promise<Account> {
  const payload = match(await connection.api.accounts(), reference);
  const subjects = subjectsOf({ ...payload.wire, clientId: payload.wire.clientId ?? null });
  return connection.model(payload, await readableRules(connection, subjects));
}

/** The account as the server has it now. @throws NotFoundError */
export async function readAgain(connection: Connection, { id }: Names): Promise<Account> {
  return findAccount(connection, id);
}

function match(
  payloads: readonly Payload<ServiceAccount>[],
  reference: string,
): Payload<ServiceAccount> {
  for (const key of ['id', 'name', 'clientId'] as const) {
    const found = payloads.filter(({ wire }) => wire[key] === reference);
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return only;
    if (only !== undefined) throw ambiguous(reference, found);
  }
  throw new NotFoundError(`no Run:ai service account "${reference}"`, {
    provider: 'runai',
    hint: 'sactl serviceaccounts list --provider runai',
  });
}

function ambiguous(reference: string, found: readonly Payload<ServiceAccount>[]): ConflictError {
  const ids = found.map(({ wire }) => wire.id).join(', ');
  return new ConflictError(
    'ambiguous',
    `${found.length} Run:ai service accounts go by "${reference}": ${ids}`,
    { provider: 'runai', hint: 'name one of them by its id: --id <id>' },
  );
}
