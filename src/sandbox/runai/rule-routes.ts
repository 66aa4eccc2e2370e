import type { Hono } from 'hono';

import { answer, empty, Refusal } from './answers.ts';
import { readBody } from './body.ts';
import { guard, queryOf, type Deployment, type Handle } from './handler.ts';
import type { Query } from './query.ts';
import { readBatch, readRule } from './rule-body.ts';
import { filterRules, ruleList, selectRules } from './rule-list.ts';
import { Rules } from './rules.ts';
import type { Action, RuleKey } from './state.ts';

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
