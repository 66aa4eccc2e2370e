import type { Hono } from 'hono';

import { Refusal, answer, empty } from './answers.ts';
import { integer, object, objects, oneOf, readBody, string, type Body } from './body.ts';
import { guard, queryOf, type Deployment, type Handle } from './handler.ts';
import { pageOf, select, type Fields, type Query } from './query.ts';
import { Rules, type RuleView } from './rules.ts';
import type { Action, RuleKey, ScopeType, SubjectType } from './state.ts';
import type { Features } from './options.ts';

const root = '/api/v1/authorization/access-rules';

/** Access rules: one subject, one role, one scope; never changed (contracts/runai.md 7). */
export function addRuleRoutes(app: Hono, deployment: Deployment): void {
  const { options, features } = deployment;
  const rules = new Rules(options, features);
  addRuleLists(app, deployment, rules);
  app.post(
    root,
    may(deployment, 'create', async (c, caller) => {
      const key = readRule(readBody(await c.req.text()), features);
      return answer(rules.view(await rules.create(key, caller)), 201);
    }),
  );
  if (features.hasBatchCreate) {
    app.post(
      `${root}/batch-create`,
      may(deployment, 'create', async (c, caller) => {
        const keys = readBatch(readBody(await c.req.text()), features);
        return answer(await createAll(rules, keys, caller));
      }),
    );
  }
  app.get(
    `${root}/:id`,
    may(deployment, 'read', (c) => answer(rules.viewWithPath(rules.find(c.req.param('id') ?? '')))),
  );
  app.delete(
    `${root}/:id`,
    may(deployment, 'delete', async (c) => {
      await rules.remove(rules.find(c.req.param('id') ?? ''));
      return empty(204);
    }),
  );
}

function addRuleLists(app: Hono, deployment: Deployment, rules: Rules): void {
  app.get(
    root,
    may(deployment, 'read', (c) => {
      const query = queryOf(c);
      const selected = selectRules(query, rules.list(included(query)), deployment.features);
      return answer(ruleList(query, selected));
    }),
  );
  app.get(
    `${root}/count`,
    may(deployment, 'read', (c) => {
      const query = queryOf(c);
      return answer({ count: filterRules(query, rules.list(included(query))).length });
    }),
  );
}

function may(deployment: Deployment, action: Action, handle: Handle): ReturnType<typeof guard> {
  return guard(deployment, { resourceType: 'access_rules', action }, handle);
}

function included(query: Query): { includeDeleted: boolean } {
  return { includeDeleted: query.get('includeDeleted') === 'true' };
}

/** 200 whatever failed: the failures are in the answer. */
async function createAll(
  rules: Rules,
  keys: readonly RuleKey[],
  caller: string,
): Promise<{ succeeded: unknown[]; failed: unknown[] }> {
  const succeeded: unknown[] = [];
  const failed: unknown[] = [];
  for (const key of keys) {
    try {
      succeeded.push(rules.view(await rules.create(key, caller)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.push({ payload: key, code: error.status, message: error.message });
    }
  }
  return { succeeded, failed };
}

const scopeTypes = ['tenant', 'cluster', 'department', 'project'] as const;

/** @throws Refusal 400 */
function readRule(body: Body, features: Features): RuleKey {
  return { ...readSubject(body, features), roleId: integer(body, 'roleId'), ...readScope(body) };
}

/**
 * A batch is every subject with every scope, in one role (contracts/runai.md 7).
 * @throws Refusal 400
 */
function readBatch(body: Body, features: Features): RuleKey[] {
  const payload = object(body, 'payload');
  const roleId = integer(payload, 'roleId');
  const scopes = objects(payload, 'scopes').map(readScope);
  return objects(payload, 'subjects')
    .map((subject) => readSubject(subject, features))
    .flatMap((subject) => scopes.map((scope) => Object.assign({ roleId }, subject, scope)));
}

function readSubject(body: Body, { hasServiceAccounts }: Features): Pick<RuleKey, 'subjectId' | 'subjectType'> {
  const types: readonly SubjectType[] = hasServiceAccounts
    ? ['user', 'app', 'service-account', 'group']
    : ['user', 'app', 'group'];
  return {
    subjectId: string(body, 'subjectId'),
    subjectType: oneOf(body, 'subjectType', types),
  };
}

function readScope(body: Body): { scopeId: string; scopeType: ScopeType } {
  return { scopeId: string(body, 'scopeId'), scopeType: oneOf(body, 'scopeType', scopeTypes) };
}

const fieldNames = [
  'subjectId',
  'subjectType',
  'roleId',
  'scopeId',
  'scopeType',
  'roleName',
  'scopeName',
  'createdAt',
  'deletedAt',
  'createdBy',
] as const;

/** Parameters that must equal the field of this name. */
const plain = { subjectType: 'subjectType', clusterId: 'clusterId', scopeId: 'scopeId' } as const;
const plainBefore3 = {
  subjectIdFilter: 'subjectId',
  scopeType: 'scopeType',
  roleId: 'roleId',
} as const;

/** The rules that a query asks for. There is no `subjectId` parameter (contracts/runai.md 7). */
function selectRules(query: Query, rules: readonly RuleView[], features: Features): RuleView[] {
  const parameters = Object.entries({
    ...plain,
    ...(features.hasPlainRuleFilters ? plainBefore3 : {}),
  });
  const subjectIds = query.get('subjectIds')?.split(',');
  const since = query.get('lastUpdated');
  const items = rules.filter(
    (rule) =>
      (subjectIds?.includes(rule.subjectId) ?? true) &&
      (since === null || Date.parse(rule.updatedAt) >= Date.parse(since)) &&
      parameters.every(([name, field]) => {
        const wanted = query.get(name);
        return wanted === null || String(rule[field]) === wanted;
      }),
  );
  return filterRules(query, items);
}

/** What `filterBy`, `search` and `sortBy` alone make of rules. */
export function filterRules(query: Query, items: readonly RuleView[]): RuleView[] {
  return select(query, {
    items,
    fieldsOf,
    searched: ['subjectId', 'roleName', 'scopeName'],
  });
}

/** One page with the counts that stand in for `next` (contracts/runai.md 6). */
export function ruleList(query: Query, rules: readonly RuleView[]): unknown {
  const { items } = pageOf(query, rules);
  return { totalRecords: rules.length, displayRecords: items.length, accessRules: items };
}

function fieldsOf(rule: RuleView): Fields {
  return Object.fromEntries(fieldNames.map((name) => [name, rule[name]]));
}
