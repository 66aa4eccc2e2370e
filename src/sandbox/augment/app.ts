import { Hono } from 'hono';

import type { Emulator } from '../emulator.ts';
import { dailyCounts, userActivity } from './activity.ts';
import { refuse, Refusal } from './answers.ts';
import { requireToken } from './caller.ts';
import type { AugmentEmulatorOptions } from './options.ts';
import { RateLimit } from './rate-limit.ts';

/**
 * Augment's Analytics API as far as tokens and names of service accounts need it (contracts/augment.md 4). There is no
 * other API: what changes something is done at the web console, which console.ts plays. The order of checks is: route,
 * token, rate limit, parameters.
 */
export function createAugmentEmulator(options: AugmentEmulatorOptions): Emulator {
  const { state, now, isRateLimited = true } = options;
  const limit = isRateLimited ? new RateLimit(now) : null;
  const app = new Hono();
  app.onError((error) => refuse(error instanceof Refusal ? error : new Refusal(500, 'Something went wrong')));
  app.notFound(() => refuse(new Refusal(404, 'Not found')));
  for (const [path, answer] of [
    ['/dau-count', dailyCounts],
    ['/user-activity', userActivity],
  ] as const) {
    app.get(`/analytics/v0${path}`, (c) => {
      requireToken(state, c.req.header('authorization'));
      limit?.take();
      const query = new URL(c.req.url).searchParams;
      return Response.json(answer(state, { query, now: now() }));
    });
  }
  return { fetch: async (request) => app.fetch(request) };
}
