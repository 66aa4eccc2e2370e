import { Refusal, type ServiceCall } from '../emulator.ts';
import { isoTime } from '../records.ts';
import { integer, oneOf, readBody, string } from './body.ts';
import { rangeOf } from './paging.ts';
import { requireWithin } from './permissions.ts';
import {
  scopeTypes,
  subjectTypes,
  type RuleKey,
  type RuleRecord,
  type RunaiDeployment,
  type RunaiState,
} from './state.ts';

/**
 * One page with the counts that stand in for `next`; `subjectIds` is a list with commas, and there is no `subjectId`
 * parameter (docs/contracts/runai.md 6 and 7).
 * @throws Refusal 400
 */
export function listRules({ url }: ServiceCall, _: unknown, { state }: RunaiDeployment): unknown {
  const query = url.searchParams;
  const subjects = query.get('subjectIds')?.split(',');
  const selected = state.rules.filter(
    ({ deletedAt, subjectId }) => deletedAt === null && (subjects?.includes(subjectId) ?? true),
  );
  const { from, to } = rangeOf(query);
  const accessRules = selected.slice(from, to).map((rule) => view(rule, state));
  return { totalRecords: selected.length, displayRecords: accessRules.length, accessRules };
}

const keys = ['subjectId', 'subjectType', 'roleId', 'scopeId', 'scopeType'] as const;

/**
 * One subject, one role, one scope; rules are never changed. The subject need not exist (docs/contracts/runai.md 7).
 * @throws Refusal 400, 403, 404, and 409 when the same rule exists
 */
export function createRule({ text }: ServiceCall, caller: string, { state, now }: RunaiDeployment): unknown {
  const body = readBody(text);
  const key: RuleKey = {
    subjectId: string(body, 'subjectId'),
    subjectType: oneOf(body, 'subjectType', subjectTypes),
    roleId: integer(body, 'roleId'),
    scopeId: string(body, 'scopeId'),
    scopeType: oneOf(body, 'scopeType', scopeTypes),
  };
  const role = state.roles.find(({ id }) => id === key.roleId);
  if (role === undefined) throw new Refusal(404, `Role with id ${key.roleId} not found`);
  requireWithin(state, caller, role);
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
  return view(rule, state);
}

/** @throws Refusal 404 */
export function deleteRule({ parameters }: ServiceCall, _: unknown, { state, now }: RunaiDeployment): void {
  const { id = '' } = parameters;
  const rule = state.rules.find((candidate) => String(candidate.id) === id && candidate.deletedAt === null);
  if (rule === undefined) throw new Refusal(404, `Access rule with id ${id} not found`);
  rule.deletedAt = isoTime(now());
  rule.updatedAt = rule.deletedAt;
}

/** A rule as the API shows it. */
function view({ clusterId, ...rule }: RuleRecord, state: RunaiState): unknown {
  return {
    ...rule,
    ...(clusterId === null ? {} : { clusterId }),
    roleName: state.roles.find(({ id }) => id === rule.roleId)?.name ?? '',
    scopeName: findScope(state, rule)?.name ?? '',
    tenantId: state.tenant.id,
  };
}

interface RuleScope {
  readonly name: string;
  /** null for the tenant. */
  readonly clusterId: string | null;
}

const scopesOf: Readonly<
  Record<RuleKey['scopeType'], (state: RunaiState) => readonly (RuleScope & { readonly id: string })[]>
> = {
  tenant: ({ tenant: { id, name } }) => [{ id: String(id), name, clusterId: null }],
  cluster: ({ clusters }) => clusters.map(({ uuid, name }) => ({ id: uuid, name, clusterId: uuid })),
  department: ({ departments }) => departments,
  project: ({ projects }) => projects,
};

/** The scope of a rule, or null when there is none. */
function findScope(state: RunaiState, { scopeType, scopeId }: RuleKey): RuleScope | null {
  return scopesOf[scopeType](state).find(({ id }) => id === scopeId) ?? null;
}
