import { Refusal, type ServiceCall } from '../emulator.ts';
import { isoTime } from '../records.ts';
import { integer, oneOf, readBody, string } from './body.ts';
import { lenientRangeOf, rangeOf } from './paging.ts';
import { presentRules, requireWithin, rulesOf } from './permissions.ts';
import { scopeTypes, type RuleKey, type RuleRecord, type RunaiDeployment, type RunaiState } from './state.ts';
import { words, type NewSubject } from './versions.ts';

/**
 * One page with the counts that stand in for `next`; `subjectIds` is a list with commas, and there is no `subjectId`
 * parameter (docs/contracts/runai.md 6 and 7).
 */
export function listRules({ url }: ServiceCall, _: unknown, deployment: RunaiDeployment): unknown {
  const query = url.searchParams;
  const subjects = query.get('subjectIds')?.split(',');
  const type = query.get('subjectType');
  const selected = presentRules(deployment).filter(
    (rule) =>
      (subjects?.includes(rule.subjectId) ?? true) &&
      (type ?? shownType(rule, deployment)) === shownType(rule, deployment) &&
      (['scopeId', 'clusterId'] as const).every((key) => (query.get(key) ?? rule[key]) === rule[key]),
  );
  return pageOfRules(selected, lenientRangeOf(query), deployment);
}

/** The caller's own rules, wrapped once more; needs no permission (docs/contracts/runai.md 10). @throws Refusal 400 */
export function listOwnRules({ url }: ServiceCall, caller: string, deployment: RunaiDeployment): unknown {
  return { accessRules: pageOfRules(rulesOf(deployment, caller), rangeOf(url.searchParams), deployment) };
}

function pageOfRules(
  rules: readonly RuleRecord[],
  { from, to }: { readonly from: number; readonly to: number },
  deployment: RunaiDeployment,
): unknown {
  const accessRules = rules.slice(from, to).map((rule) => view(rule, deployment));
  return { totalRecords: rules.length, displayRecords: accessRules.length, accessRules };
}

/** One rule, and the path of its scope. @throws Refusal 404 */
export function getRule(call: ServiceCall, _: unknown, deployment: RunaiDeployment): unknown {
  const rule = find(call, deployment);
  return { ...view(rule, deployment), scopePath: pathOf(deployment.state, rule) };
}

const keys = ['subjectId', 'subjectType', 'roleId', 'scopeId', 'scopeType'] as const;

/**
 * One subject, one role, one scope; rules are never changed. The subject need not exist (docs/contracts/runai.md 7).
 * @throws Refusal 400, 403, 404, and 409 when the same rule exists
 */
export function createRule({ text }: ServiceCall, caller: string, deployment: RunaiDeployment): unknown {
  const { state, now, controlPlane } = deployment;
  const body = readBody(text);
  const key: RuleKey = {
    subjectId: string(body, 'subjectId'),
    subjectType: keptType(oneOf(body, 'subjectType', words[controlPlane].newSubjects), deployment),
    roleId: integer(body, 'roleId'),
    scopeId: string(body, 'scopeId'),
    scopeType: oneOf(body, 'scopeType', scopeTypes),
  };
  const role = state.roles.find(({ id }) => id === key.roleId);
  if (role === undefined) throw new Refusal(404, `Role with id ${key.roleId} not found`);
  requireWithin(deployment, caller, role);
  const scope = findScope(state, key);
  if (scope === null) throw new Refusal(404, `Scope ${key.scopeType} with id ${key.scopeId} not found`);
  if (state.rules.some((rule) => rule.deletedAt === null && keys.every((name) => rule[name] === key[name]))) {
    throw new Refusal(409, 'The access rule already exists');
  }
  state.lastRuleId += 1;
  const time = isoTime(now());
  const rule: RuleRecord = {
    ...key,
    id: state.lastRuleId,
    clusterId: scope.clusterId,
    createdBy: caller,
    createdAt: time,
    updatedAt: time,
    deletedAt: null,
  };
  state.rules.push(rule);
  return view(rule, deployment);
}

/** @throws Refusal 404 */
export function deleteRule(call: ServiceCall, _: unknown, deployment: RunaiDeployment): void {
  const rule = find(call, deployment);
  rule.deletedAt = isoTime(deployment.now());
  rule.updatedAt = rule.deletedAt;
}

function find({ parameters: { id = '' } }: ServiceCall, deployment: RunaiDeployment): RuleRecord {
  const rule = presentRules(deployment).find((candidate) => String(candidate.id) === id);
  if (rule === undefined) throw new Refusal(404, `Access rule with id ${id} not found`);
  return rule;
}

/** A rule as the API shows it. */
function view({ clusterId, ...rule }: RuleRecord, deployment: RunaiDeployment): object {
  const { state } = deployment;
  return {
    ...rule,
    subjectType: shownType(rule, deployment),
    ...(clusterId === null ? {} : { clusterId }),
    roleName: state.roles.find(({ id }) => id === rule.roleId)?.name ?? '',
    scopeName: findScope(state, rule)?.name ?? '',
    tenantId: state.tenant.id,
  };
}

/** What kind of subject the API says that a rule has: before 2.24 there were applications only. */
function shownType({ subjectType }: RuleKey, { controlPlane }: RunaiDeployment): RuleKey['subjectType'] {
  return subjectType === 'service-account' ? words[controlPlane].account : subjectType;
}

/** What is kept of the kind in a request: the application of an old version is a service account to a later one. */
function keptType(type: NewSubject, { controlPlane }: RunaiDeployment): NewSubject {
  return type === words[controlPlane].account ? 'service-account' : type;
}

interface RuleScope {
  readonly name: string;
  /** null for the tenant. */
  readonly clusterId: string | null;
  /** A project's department. */
  readonly parentId?: string;
}

const scopesOf: Readonly<
  Record<RuleKey['scopeType'], (state: RunaiState) => readonly (RuleScope & { readonly id: string })[]>
> = {
  tenant: ({ tenant: { id, name } }) => [{ id: String(id), name, clusterId: null }],
  cluster: ({ clusters }) => clusters.map(({ uuid, name }) => ({ id: uuid, name, clusterId: uuid })),
  department: ({ departments }) => departments,
  project: ({ projects }) => projects,
};

/** From the tenant down, e.g. `acme/gpu-east/research/vision`; null when there is no such scope any more. */
function pathOf(state: RunaiState, key: RuleKey): string | null {
  const scope = findScope(state, key);
  if (scope === null) return null;
  const cluster = state.clusters.find(({ uuid }) => uuid === scope.clusterId && uuid !== key.scopeId);
  const department = state.departments.find(({ id }) => id === scope.parentId);
  const above = key.scopeType === 'tenant' ? [] : [state.tenant, cluster, department];
  return [...above, scope].flatMap((part) => part?.name ?? []).join('/');
}

/** The scope of a rule, or null when there is none. */
function findScope(state: RunaiState, { scopeType, scopeId }: RuleKey): RuleScope | null {
  return scopesOf[scopeType](state).find(({ id }) => id === scopeId) ?? null;
}
