import { sactl } from '../../model/hint.ts';
import { FailedError, type CliError } from '../../errors.ts';
import { describeRule, type Account } from '../../model/account.ts';
import { listOf } from '../../model/text.ts';
import type { AccountList, ListOptions, Misread } from '../provider.ts';
import { accountsNamed as byReference, isUuid, missingFrom, onlyAccount } from '../lookup.ts';
import { illegible, type Items, type Payload } from '../answers.ts';
import { isForbidden } from './problem.ts';
import type { Connection } from './connection.ts';
import {
  isForEverybody,
  isOwnRule,
  isPathPart,
  toAccessRule,
  type AccessRuleRead,
  type ServiceAccount,
} from './schema.ts';

/** The list has no pages and ends here (docs/contracts/runai.md 15.6). */
export const listCap = 1000;

export const mayBeCut = `Run:ai lists at most ${listCap} service accounts, so there may be more`;

/** All accounts, or `only` these; with `withRules` every account's own rules are joined, from all pages. */
export async function listAccounts(
  { api, model }: Connection,
  { withRules, only }: Pick<ListOptions, 'withRules' | 'only'>,
): Promise<AccountList> {
  const [list, known] = await Promise.all([api.accounts(), withRules ? api.accessRules() : null]);
  const rules = known?.rules ?? null;
  const shared = (rules ?? []).filter(isForEverybody).map((rule) => describeRule(toAccessRule(rule)));
  const misread = [...list.unreadable, ...list.items.flatMap(partlyRead)];
  const meant = only === undefined ? list.items : list.items.filter(({ wire }) => only.has(wire.id));
  return {
    accounts: meant.map((payload) => model(payload, rules === null ? null : rulesOf(payload.wire, rules))),
    warnings: [
      ...(isCut(list) ? [mayBeCut] : []),
      ...(shared.length === 0 ? [] : [`every account has these rights, too: ${shared.join(', ')}`]),
      ...(known?.unreadable ?? []).map(({ what }) => what),
    ],
    ...(isCut(list) ? { isCut: true } : {}),
    ...(misread.length === 0 ? {} : { misread }),
  };
}

/** Whether the list has as many accounts as it gets. */
export function isCut({ items, unreadable }: Items<ServiceAccount>): boolean {
  return items.length + unreadable.length === listCap;
}

function partlyRead({ wire: { id, name }, misfits = [] }: Payload<ServiceAccount>): Misread[] {
  if (misfits.length === 0) return [];
  const what = `Run:ai service account ${name} (${id}) cannot be read as a whole: it does not fit at ${listOf(misfits)}`;
  return [{ id, name, isListed: true, what }];
}

/** Rules bind by name; the client id is the same, and the id is matched in case (docs/contracts/runai.md 7). */
export function subjectsOf({ id, name, clientId }: Pick<Account, 'id' | 'name' | 'clientId'>): string[] {
  return [...new Set([name, clientId ?? name, id])];
}

function rulesOf(wire: ServiceAccount, rules: readonly AccessRuleRead[]): AccessRuleRead[] {
  const subjects = new Set(subjectsOf({ ...wire, clientId: wire.clientId ?? null }));
  return rules.filter((rule) => isOwnRule(rule) && subjects.has(rule.subjectId));
}

/** Matched by id, then name, then client id: a name can look like an id (docs/contracts/runai.md 15.16). */
export function accountsNamed(accounts: readonly Account[], reference: string): readonly Account[] {
  return byReference(accounts, reference, ['id', 'name', 'clientId']);
}

/** The one account that a reference names, with its access rules where they may be read. */
export async function findAccount(connection: Connection, reference: string): Promise<Account> {
  const list = await connection.api.accounts();
  const misread = list.unreadable.find(({ id, name }) => id === reference || name === reference);
  if (misread !== undefined) throw illegible(misread, 'runai');
  const accounts = list.items.map((payload) => connection.model(payload, null));
  const account = onlyAccount(accountsNamed(accounts, reference), `Run:ai service accounts go by "${reference}"`);
  const listed = account === null ? undefined : list.items[accounts.indexOf(account)];
  const found = listed ?? (isCut(list) ? await findUnlisted(connection, reference) : null);
  if (found === null) throw missingAccount(reference, list.unreadable);
  return joined(connection, found);
}

/** The account with this id, read by its id. @throws NotFoundError when there is none */
export async function readAccount(connection: Connection, id: string): Promise<Account> {
  const found = await connection.api.account(id);
  if (found === null) throw missingAccount(id);
  return joined(connection, found);
}

function missingAccount(reference: string, unreadable: readonly Misread[] = []): CliError {
  const message = `no Run:ai service account "${reference}"`;
  const hint = sactl`serviceaccounts list --provider runai`;
  return missingFrom(unreadable, reference, { message, provider: 'runai', hint });
}

/**
 * An account that the list has no room for is found by its id only (docs/contracts/runai.md 15.26). Null where there is
 * none of this id. @throws FailedError for what may be a name
 */
async function findUnlisted({ api }: Connection, reference: string): Promise<Payload<ServiceAccount> | null> {
  const found = isPathPart(reference) ? await api.account(reference) : null;
  if (found !== null || isUuid(reference)) return found;
  throw new FailedError('failed', `no service account "${reference}" is listed; ${mayBeCut}`, {
    provider: 'runai',
    hint: 'name it by its id: --id <id>',
  });
}

/** With its access rules, where they may be read. */
async function joined(connection: Connection, found: Payload<ServiceAccount>): Promise<Account> {
  const account = connection.model(found, null);
  return connection.model(found, await readableRules(connection, subjectsOf(account)));
}

/** The rules of these subjects; null where the caller may not read rules, or some of them cannot be read. */
export async function readableRules(
  connection: Connection,
  subjects: readonly string[],
): Promise<readonly AccessRuleRead[] | null> {
  const { rules, gap } = await knownRules(connection, subjects);
  return gap === null ? rules : null;
}

/** The rules of these subjects as far as they can be read; `gap` says why there may be more, null where there are none. */
export async function knownRules(
  { api }: Connection,
  subjects: readonly string[],
): Promise<{ readonly rules: readonly AccessRuleRead[]; readonly gap: string | null }> {
  try {
    const { rules, unreadable } = await api.rulesOf(subjects);
    return { rules, gap: unreadable.length === 0 ? null : unreadable.map(({ what }) => what).join('; ') };
  } catch (error) {
    if (isForbidden(error)) return { rules: [], gap: 'this credential may not read access rules' };
    throw error;
  }
}

/** Why Run:ai would refuse this name, or null: its pattern allows more than its prose (docs/contracts/runai.md 3). */
export function nameProblem(name: string): string | null {
  if (/^[a-z][-_a-z0-9]*[a-z0-9]$/.test(name) && name.length <= 255) return null;
  return (
    'Run:ai names have 2 to 255 lower-case letters, digits, "-" or "_", ' +
    'begin with a letter and end with a letter or digit'
  );
}
