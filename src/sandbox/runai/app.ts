import { Hono } from 'hono';

import type { Emulator } from '../emulator.ts';
import { addAccountRoutes } from './account-routes.ts';
import { notFound, page, refuse, Refusal } from './answers.ts';
import { addIdentityRoutes } from './identity-routes.ts';
import { featuresOf, type RunaiEmulatorOptions } from './options.ts';
import { addOrganizationRoutes } from './organization-routes.ts';
import { addRoleRoutes } from './role-routes.ts';
import { addRuleRoutes } from './rule-routes.ts';
import { Sessions } from './sessions.ts';
import { addTokenRoutes } from './token-routes.ts';

/**
 * Run:ai's control plane as far as service accounts need it (contracts/runai.md), in the version that the options say.
 * The order of checks is: route, token, permission, body, existence.
 */
export function createRunaiEmulator(options: RunaiEmulatorOptions): Emulator {
  const app = new Hono();
  app.onError((error) => refuse(error instanceof Refusal ? error : new Refusal(500, 'Something went wrong')));
  app.notFound(() => (options.unknownPath === 'html' ? page() : refuse(notFound('Resource'))));
  const deployment = { options, features: featuresOf(options), sessions: new Sessions(options) };
  addTokenRoutes(app, deployment);
  addAccountRoutes(app, deployment);
  addRuleRoutes(app, deployment);
  addRoleRoutes(app, deployment);
  addOrganizationRoutes(app, deployment);
  addIdentityRoutes(app, deployment);
  return { fetch: async (request) => app.fetch(request) };
}
