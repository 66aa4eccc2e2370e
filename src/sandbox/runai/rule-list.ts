import { pageOf, select, type Fields, type Query } from './query.ts';
import type { Features } from './options.ts';
import type { RuleView } from './rules.ts';

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
export function selectRules(query: Query, rules: readonly RuleView[], features: Features): RuleView[] {
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
