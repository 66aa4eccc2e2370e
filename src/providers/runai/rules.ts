import { HttpError } from '../../http/error.ts';
import type { Connection } from './connection.ts';
import { AccessRuleRead, toGrantedRule, toRole } from './schema.ts';
import { sactl, type Hint } from '../../model/hint.ts';
import { NotFoundError, UsageError } from '../../errors.ts';
import { describeRule, type Account, type GrantRequest } from '../../model/account.ts';
import type { GrantedRule, RevocationPlan } from '../access-rules.ts';
import type { Plan } from '../plan.ts';
import type { Role } from '../provider.ts';
import { findAccount, subjectsOf } from './lookup.ts';
import { listScopes, resolveScope } from './scopes.ts';

/** What `accessrules create` and a create with rights ask for, with ids. */
export interface Grant {
  /** The account's name, because rules bind by name (docs/contracts/runai.md 15.8). */
  readonly subject: string;
  readonly roleId: string;
  readonly scopeType: string;
  readonly scopeId: string;
  readonly clusterId: string | null;
}

/** The body of a new rule; `app` is what service accounts were called before 2.24. */
export async function ruleBody({ api }: Connection, grant: Grant): Promise<Record<string, unknown>> {
  const era = await api.era();
  return {
    subjectId: grant.subject,
    subjectType: era === 'apps' ? 'app' : 'service-account',
    roleId: Number(grant.roleId),
    scopeId: grant.scopeId,
    scopeType: grant.scopeType,
    ...(grant.clusterId === null ? {} : { clusterId: grant.clusterId }),
  };
}

const rulesPath = '/api/v1/authorization/access-rules';

/**
 * Adds a rule. A 409 means that it is there already, although no specification lists it (docs/contracts/runai.md 7).
 */
export async function addRule(
  connection: Connection,
  body: Record<string, unknown>,
  signal: AbortSignal,
): Promise<AccessRuleRead | null> {
  const { api } = connection;
  const request = {
    method: 'POST',
    url: rulesUrl(connection),
    purpose: `grant a role to ${String(body['subjectId'])}`,
    json: body,
    signal,
  } as const;
  try {
    return (await api.send(request, AccessRuleRead)).wire;
  } catch (error) {
    if (error instanceof HttpError && error.status === 409) return null;
    throw error;
  }
}

/** Where rules are made. */
export function rulesUrl({ api }: Connection): string {
  return api.url(rulesPath);
}

/** One rule's address. */
export function ruleUrl({ api }: Connection, id: string): string {
  return api.url(`${rulesPath}/${encodeURIComponent(id)}`);
}

/** Removes a rule; one that is gone already is fine. */
export async function removeRule(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
  const url = ruleUrl(connection, id);
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
  const [resolved] = await resolveGrants(connection, [request]);
  if (resolved === undefined) throw new Error('one request gives one grant');
  const body = await ruleBody(connection, { ...resolved.grant, subject: account.name });
  return {
    requests: [{ method: 'POST', url: rulesUrl(connection), body }],
    effects: [`${account.name} is granted ${resolved.text}`],
    apply: async ({ signal, report }) => {
      const added = await addRule(connection, body, signal).catch((error: unknown) => {
        if (error instanceof HttpError && error.arrival === 'unknown') return error;
        throw error;
      });
      if (added !== null && !(added instanceof HttpError)) return toGrantedRule(added);
      const same = await findSame(connection, account, body);
      if (same === undefined) throw added ?? missingRule(`of ${account.name} for ${resolved.text}`);
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
    requests: [{ method: 'DELETE', url: ruleUrl(connection, ruleId), body: null }],
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

/** A grant with ids, in words, and as the flags that ask for it. */
export interface ResolvedGrant {
  readonly grant: Omit<Grant, 'subject'>;
  /** e.g. `L1 researcher on project vision`. */
  readonly text: string;
  /** e.g. `--role 9 --scope project:50`. */
  readonly flags: readonly string[];
}

/** @throws UsageError with every role and scope that is unknown or ambiguous */
export async function resolveGrants(
  connection: Connection,
  requests: readonly GrantRequest[],
): Promise<ResolvedGrant[]> {
  if (requests.length === 0) return [];
  const [roles, scopes] = await Promise.all([listRoles(connection), listScopes(connection)]);
  const problems: string[] = [];
  const hints: Hint[] = [];
  const grants = requests.flatMap((request) => {
    try {
      const role = resolveRole(roles, request.role);
      const scope = resolveScope(scopes, request);
      return [
        {
          grant: {
            roleId: role.id,
            scopeType: scope.type,
            scopeId: scope.id,
            clusterId: scope.type === 'cluster' || scope.type === 'tenant' ? null : scope.clusterId,
          },
          text: `${role.name} on ${scope.type} ${scope.path}`,
          flags: ['--role', role.id, '--scope', `${scope.type}:${scope.id}`],
        },
      ];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems);
      if (error.hint !== null) hints.push(error.hint);
      return [];
    }
  });
  if (problems.length > 0) throw new UsageError(problems, { hint: hints[0] ?? null });
  return grants;
}

/** The roles that can be granted; deleted and disabled ones are left out (docs/contracts/runai.md 8). */
export async function listRoles({ api }: Connection): Promise<Role[]> {
  const roles = await api.roles();
  return roles
    .filter(({ wire }) => wire.effectiveEnabled !== false && !wire.deletedAt)
    .map(({ wire, raw }) => toRole(wire, raw));
}

/**
 * The role with this id, or this name in any case: ids differ between installations.
 * @throws UsageError naming the candidates
 */
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
