import { HttpError } from '../../http/error.ts';
import { rulesPath, type Rules } from './pages.ts';
import { orMissing } from './problem.ts';
import type { Connection } from './connection.ts';
import { AccessRuleRead, isForEverybody, isOwnRule, toAccessRule, toGrantedRule, toRole } from './schema.ts';
import { sactl } from '../../model/hint.ts';
import { NotFoundError, UsageError } from '../../errors.ts';
import { describeRule, type Account, type GrantRequest } from '../../model/account.ts';
import type { GrantedRule, RevocationPlan } from '../access-rules.ts';
import type { Plan } from '../plan.ts';
import type { ListReading } from '../list-reading.ts';
import type { Role } from '../provider.ts';
import { isCallersSubject } from './caller.ts';
import { findAccount, subjectsOf } from './lookup.ts';
import { cannotLookUp, resolveScope, type GrantScope } from './resolve-scope.ts';
import { readable } from './scopes.ts';

/** A role on a scope that were looked up. */
export interface Grant {
  readonly role: Pick<Role, 'id' | 'name'>;
  readonly scope: GrantScope;
  /** e.g. `L1 researcher on project vision (4301)`. */
  readonly text: string;
}

/**
 * Looks up what has to be: each list may be one that the caller cannot read (docs/contracts/runai.md 9).
 * @throws UsageError naming the candidates when the role or the scope is unknown or ambiguous
 */
export async function resolveGrant(connection: Connection, request: GrantRequest): Promise<Grant> {
  const [role, scope] = await Promise.all([resolveRole(connection, request.role), resolveScope(connection, request)]);
  const { type: scopeType, id: scopeId, name: scopeName } = scope;
  return { role, scope, text: describeRule({ id: '', role: role.name, scopeType, scopeId, scopeName }) };
}

/**
 * The body of a new rule for the account of this name, because rules bind by name (docs/contracts/runai.md 15.8). `app`
 * is what service accounts were called before 2.24.
 */
export async function ruleBody(
  { api }: Connection,
  subjectId: string,
  { role, scope }: Grant,
): Promise<Record<string, unknown>> {
  const isNarrowed = scope.clusterId !== null && scope.type !== 'cluster' && scope.type !== 'tenant';
  return {
    subjectId,
    subjectType: (await api.era()) === 'apps' ? 'app' : 'service-account',
    roleId: Number(role.id),
    scopeId: scope.id,
    scopeType: scope.type,
    ...(isNarrowed ? { clusterId: scope.clusterId } : {}),
  };
}

/** Adds a rule; null when it is there already, for which 409 is not documented (docs/contracts/runai.md 7). */
export async function addRule(
  connection: Connection,
  body: Record<string, unknown>,
  signal: AbortSignal,
): Promise<AccessRuleRead | null> {
  const purpose = `grant a role to ${String(body['subjectId'])}`;
  const request = { method: 'POST', url: rulesUrl(connection), purpose, json: body, signal } as const;
  try {
    return (await connection.api.send(request, AccessRuleRead)).wire;
  } catch (error) {
    if (error instanceof HttpError && error.verdict === 409) return null;
    throw error;
  }
}

/** Where rules are made, or the address of one. */
export function rulesUrl({ api }: Connection, ...id: readonly string[]): string {
  return api.url([rulesPath, ...id.map(encodeURIComponent)].join('/'));
}

/** Removes a rule; one that is gone already, or after an answer that says nothing, is fine. */
export async function removeRule(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
  const url = rulesUrl(connection, id);
  const purpose = `delete access rule ${id}`;
  try {
    await connection.api.sendOnly({ method: 'DELETE', url, purpose, emptyAnswer: true, signal });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const isGone = error.verdict === 404 || (error.arrival === 'unknown' && (await isListed(connection, id)) === false);
    if (!isGone) throw error;
  }
}

/** Whether the rules that can be read have this one; null where they cannot be read, or not all of them. */
async function isListed({ api }: Connection, id: string): Promise<boolean | null> {
  const found = await api.accessRules().catch(() => null);
  if (found === null || found.unreadable.length > 0) return null;
  return found.rules.some((rule) => String(rule.id) === id);
}

/** The rules that apply to one account, found by id, name or client id, or to all: their own, and those for everybody. */
export async function listAccessRules(
  connection: Connection,
  account: string | null,
): Promise<ListReading<GrantedRule>> {
  const { api } = connection;
  if (account === null) return toListing([await api.accessRules()]);
  const subjects = subjectsOf(await findAccount(connection, account));
  return toListing(await Promise.all([api.rulesOf(subjects), api.rulesForEverybody()]));
}

function toListing(read: readonly Rules[]): ListReading<GrantedRule> {
  return {
    rows: read.flatMap(({ rules }) => rules.map(toGrantedRule)),
    warnings: [...new Set(read.flatMap(({ unreadable }) => unreadable.map(({ what }) => what)))],
  };
}

/** Gives an account a role on a scope; rules bind by the account's name (docs/contracts/runai.md 7). */
export async function planGrant(
  connection: Connection,
  reference: string,
  request: GrantRequest,
): Promise<Plan<GrantedRule>> {
  const account = await findAccount(connection, reference);
  const grant = await resolveGrant(connection, request);
  const body = await ruleBody(connection, account.name, grant);
  return {
    requests: [{ method: 'POST', url: rulesUrl(connection), body }],
    effects: [`${account.name} is granted ${grant.text}`],
    apply: async ({ signal, report }) => {
      const added = await addRule(connection, body, signal).catch((error: unknown) => {
        if (error instanceof HttpError && error.arrival === 'unknown') return error;
        throw error;
      });
      if (added !== null && !(added instanceof HttpError)) return toGrantedRule(added);
      const same = await findSame(connection, account, body);
      if (same === undefined) throw added ?? missingRule(`of ${account.name} for ${grant.text}`);
      if (added === null) await report(`${account.name} had this access rule already`);
      return toGrantedRule(same);
    },
  };
}

/** The rule that a refused or lost request for it is about. */
async function findSame(
  { api }: Connection,
  account: Account,
  body: Readonly<Record<string, unknown>>,
): Promise<AccessRuleRead | undefined> {
  const { rules } = await api.rulesOf(subjectsOf(account));
  return rules.find((rule) =>
    (['roleId', 'scopeType', 'scopeId'] as const).every((key) => String(rule[key]) === String(body[key])),
  );
}

/** Takes an account's rule away; what it grants is looked up first, to be shown. @throws UsageError for one of everybody */
export async function planRevoke(connection: Connection, ruleId: string): Promise<RevocationPlan> {
  const { api } = connection;
  const path = `${rulesPath}/${encodeURIComponent(ruleId)}`;
  const rule = await orMissing(api.read(path, `read access rule ${ruleId}`, AccessRuleRead));
  if (rule !== null && isForEverybody(rule)) {
    const what = describeRule(toAccessRule(rule));
    throw new UsageError(`access rule ${ruleId} is for everybody, and no service account's own: ${what}`, {
      provider: 'runai',
      hint: "it may take rights from any user or account: delete it in Run:ai's console",
    });
  }
  if (rule === null || !isOwnRule(rule) || rule.deletedAt) throw missingRule(`with the id ${ruleId}`);
  const granted = toGrantedRule(rule);
  return {
    rule: granted,
    requests: [{ method: 'DELETE', url: rulesUrl(connection, ruleId), body: null }],
    effects: [`${granted.account} loses ${describeRule(granted)}`],
    isSelf: await isCallersSubject(connection, granted.account),
    apply: ({ signal }) => removeRule(connection, ruleId, signal),
  };
}

function missingRule(which: string): NotFoundError {
  return new NotFoundError(`there is no access rule ${which} of a Run:ai service account`, {
    provider: 'runai',
    hint: sactl`accessrules list --provider runai`,
  });
}

/** The roles that can be granted; deleted and disabled ones are left out (docs/contracts/runai.md 8). */
export async function listRoles({ api }: Connection): Promise<ListReading<Role>> {
  const { items, unreadable } = await api.roles();
  const grantable = items.filter(({ wire }) => wire.effectiveEnabled !== false && !wire.deletedAt);
  return { rows: grantable.map(({ wire, raw }) => toRole(wire, raw)), warnings: unreadable.map(({ what }) => what) };
}

/**
 * The role with this id, or this name in any case: ids differ between installations. An id is taken as it is where the
 * caller may not list roles. @throws UsageError; AuthError for a name that cannot be looked up
 */
async function resolveRole(connection: Connection, reference: string): Promise<Grant['role']> {
  const list = await readable(listRoles(connection));
  if (list === null) {
    if (/^\d+$/.test(reference)) return { id: reference, name: `role ${reference}` };
    throw cannotLookUp('role', reference, 'name it by its id, a number: --role <id>');
  }
  const { rows: roles, warnings } = list;
  const byId = roles.find(({ id }) => id === reference);
  if (byId !== undefined) return byId;
  const wanted = reference.toLowerCase();
  const named = roles.filter(({ name }) => name.toLowerCase() === wanted);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  const choices = (only === undefined ? roles : named).map(({ id, name }) => `${name} (${id})`);
  throw new UsageError(
    only === undefined
      ? [`no role has the id or name "${reference}"; there are ${choices.join(', ')}`, ...warnings].join('; ')
      : `several roles are named "${reference}": ${choices.join(', ')}`,
    { hint: sactl`roles list --provider runai` },
  );
}
