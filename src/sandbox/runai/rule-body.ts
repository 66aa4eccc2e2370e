import { integer, object, objects, oneOf, string, type Body } from './body.ts';
import type { Features } from './options.ts';
import type { RuleKey, ScopeType, SubjectType } from './state.ts';

const scopeTypes = ['tenant', 'cluster', 'department', 'project'] as const;

/** @throws Refusal 400 */
export function readRule(body: Body, features: Features): RuleKey {
  return { ...readSubject(body, features), roleId: integer(body, 'roleId'), ...readScope(body) };
}

/**
 * A batch is every subject with every scope, in one role (contracts/runai.md 7).
 * @throws Refusal 400
 */
export function readBatch(body: Body, features: Features): RuleKey[] {
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
