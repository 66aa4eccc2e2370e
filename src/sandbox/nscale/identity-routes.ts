import type { Hono } from 'hono';

import type { NscaleEmulatorOptions } from './accounts.ts';
import { answer } from './answers.ts';
import { organizationsOf } from './caller.ts';
import { handler } from './handler.ts';

/** Who the caller is, and what the server is (contracts/nscale.md 1). */
export function addIdentityRoutes(app: Hono, options: NscaleEmulatorOptions): void {
  app.get(
    '/oauth2/v2/userinfo',
    handler(options, (_, caller) =>
      answer({
        sub: caller.subject,
        'https://unikorn-cloud.org/authz': {
          acctype: caller.kind,
          orgIds: organizationsOf(caller),
        },
      }),
    ),
  );
  app.get(
    '/api/version',
    handler(options, () =>
      answer({
        name: 'uni-identity',
        version: options.behaviour === 'v1.20' ? 'v1.20.0' : 'v1.19.1',
      }),
    ),
  );
}
