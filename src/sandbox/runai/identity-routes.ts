import type { Hono } from 'hono';

import { answer } from './answers.ts';
import { guard, queryOf, type Deployment } from './handler.ts';
import { permissionsOf } from './permissions.ts';
import { filterRules, ruleList } from './rule-list.ts';
import { Rules } from './rules.ts';

/** What the caller may do, and by which rules (contracts/runai.md 10). */
export function addIdentityRoutes(app: Hono, deployment: Deployment): void {
  const { state } = deployment.options;
  app.get(
    '/api/v1/authorization/permissions',
    guard(deployment, null, (_, caller) => {
      const granted = [...permissionsOf(state, caller)];
      return answer(
        granted.map(([resourceType, actions]) => ({
          resourceType,
          displayName: resourceType.replace(/[-_]/g, ' '),
          groupId: 'organization',
          actions: [...actions],
        })),
      );
    }),
  );
  if (deployment.features.hasOwnRules) addOwnRules(app, deployment);
}

/** The list is wrapped twice. */
function addOwnRules(app: Hono, deployment: Deployment): void {
  const rules = new Rules(deployment.options, deployment.features);
  const path = '/api/v1/authorization/me/access-rules';
  app.get(
    path,
    guard(deployment, null, (c, caller) => {
      const query = queryOf(c);
      return answer({ accessRules: ruleList(query, filterRules(query, rules.listOf(caller))) });
    }),
  );
  app.get(
    `${path}/count`,
    guard(deployment, null, (c, caller) => answer({ count: filterRules(queryOf(c), rules.listOf(caller)).length })),
  );
}
