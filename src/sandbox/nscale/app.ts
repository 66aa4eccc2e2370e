import type { Emulator } from '../emulator.ts';
import { Hono } from 'hono';

import { addAccountRoutes } from './account-routes.ts';
import type { NscaleEmulatorOptions } from './accounts.ts';
import { notFound, refuse, Refusal } from './answers.ts';
import { addIdentityRoutes } from './identity-routes.ts';
import { addOrganizationRoutes } from './organization-routes.ts';

/** nscale's identity API, as strict and as odd as the real one (contracts/nscale.md). */
export function createNscaleEmulator(options: NscaleEmulatorOptions): Emulator {
  const app = new Hono();
  // The order of checks is nscale's: route, token, path and body, permission, existence (contracts/nscale.md 5).
  app.onError((error, c) => {
    const refusal = error instanceof Refusal ? error : internalError();
    return refuse(refusal, new URL(c.req.url).origin);
  });
  app.notFound((c) => refuse(notFound(), new URL(c.req.url).origin));
  addIdentityRoutes(app, options);
  addOrganizationRoutes(app, options);
  addAccountRoutes(app, options);
  return { fetch: async (request) => app.fetch(request) };
}

function internalError(): Refusal {
  return new Refusal(500, 'an internal error has occurred, please contact support');
}
