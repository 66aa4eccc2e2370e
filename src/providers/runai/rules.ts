import { HttpError } from '../../http/error.ts';
import type { Connection } from './connection.ts';
import { AccessRuleRead, toGrantedRule, toRole } from './schema.ts';
import { jsonNumber } from '../../model/exact-number.ts';
import { sactl } from '../../model/hint.ts';
import { NotFoundError, UsageError } from '../../errors.ts';
import { describeRule, type Account, type GrantRequest } from '../../model/account.ts';
import type { GrantedRule, RevocationPlan, Scope } from '../access-rules.ts';
import type { Plan } from '../plan.ts';
import type { Role } from '../provider.ts';
import { findAccount, subjectsOf } from './lookup.ts';
import { listScopes, resolveScope } from './scopes.ts';

/** A role on a scope that were looked up. */
export interface Grant {
  readonly role: Role;
  readonly scope: Scope;
  /** e.g. `L1 researcher on project vision`. */
  readonly text: string;
}

/** @throws UsageError naming the candidates when the role or the scope is unknown or ambiguous */
export async function resolveGrant(connection: Connection, request: GrantRequest): Promise<Grant> {
  const [roles, scopes] = await Promise.all([listRoles(connection), listScopes(connection)]);
  const role = resolveRole(roles, request.role);
  const scope = resolveScope(scopes, request);
  return { role, scope, text: `${role.name} on ${scope.type} ${scope.path}` };
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
    roleId: jsonNumber(role.id),
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
    if (error instanceof HttpError && error.status === 409) return null;
    throw error;
  }
}

/** Where rules are made, or the address of one. */
export function rulesUrl({ api }: Connection, ...id: readonly string[]): string {
  return api.url(['/api/v1/authorization/access-rules', ...id.map(encodeURIComponent)].join('/'));
}

/** Removes a rule; one that is gone already is fine. */
export async function removeRule(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
  const url = rulesUrl(connection, id);
  const purpose = `delete access rule ${id}`;
  try {
    await connection.api.sendOnly({ method: 'DELETE', url, purpose, signal });
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
  }
}

/** The rules of one account, found by id, name or client id, or of all service accounts. */
export async function listAccessRules(connection: Connection, account: string | null): Promise<GrantedRule[]> {
  const subjects = account === null ? null : subjectsOf(await findAccount(connection, account));
  const rules = await connection.api.accessRules(subjects);
  return rules.map(toGrantedRule);
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
  const rules = await api.accessRules(subjectsOf(account));
  return rules.find((rule) =>
    (['roleId', 'scopeType', 'scopeId'] as const).every((key) => String(rule[key]) === String(body[key])),
  );
}

/** Takes a rule away; what it grants is looked up first, to be shown. */
export async function planRevoke(connection: Connection, ruleId: string): Promise<RevocationPlan> {
  const rules = await connection.api.accessRules(null);
  const rule = rules.find(({ id }) => String(id) === ruleId);
  if (rule === undefined) throw missingRule(`with the id ${ruleId}`);
  const granted = toGrantedRule(rule);
  return {
    rule: granted,
    requests: [{ method: 'DELETE', url: rulesUrl(connection, ruleId), body: null }],
    effects: [`${granted.account} loses ${describeRule(granted)}`],
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
export async function listRoles({ api }: Connection): Promise<Role[]> {
  const roles = await api.roles();
  return roles
    .filter(({ wire }) => wire.effectiveEnabled !== false && !wire.deletedAt)
    .map(({ wire, raw }) => toRole(wire, raw));
}

/** The role with this id, or this name in any case: ids differ between installations. @throws UsageError */
function resolveRole(roles: readonly Role[], reference: string): Role {
  const byId = roles.find(({ id }) => id === reference);
  if (byId !== undefined) return byId;
  const wanted = reference.toLowerCase();
  const named = roles.filter(({ name }) => name.toLowerCase() === wanted);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  const list = (only === undefined ? roles : named).map(({ id, name }) => `${name} (${id})`);
  throw new UsageError(
    only === undefined
      ? `no role has the id or name "${reference}"; there are ${list.join(', ')}`
      : `several roles are named "${reference}": ${list.join(', ')}`,
    { hint: sactl`roles list --provider runai` },
  );
}
