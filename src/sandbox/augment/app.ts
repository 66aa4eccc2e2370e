import { Hono } from 'hono';

import type { Emulator } from '../in-process.ts';
import { dailyCounts, userActivity } from './activity.ts';
import { Refusal, refuse } from './answers.ts';
import { hashSecret } from '../records.ts';
import type { AugmentState } from './state.ts';

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

/** A token that is revoked, or whose account is deleted, is refused as an unknown one is. @throws Refusal 401 */
function requireToken({ accounts }: AugmentState, header: string | undefined): void {
  const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const hash = hashSecret(token);
  const tokens = accounts.flatMap((account) => account.tokens);
  if (tokens.some((known) => known.hash === hash && known.revokedAt === null)) return;
  throw new Refusal(401, 'Missing or invalid API token');
}

const burst = 20;
const refillMs = 6000;

/** A bucket of 20 requests that gets one back every 6 seconds, for the whole organization (contracts/augment.md 4). */
class RateLimit {
  readonly #now: () => number;
  #left = burst;
  #filledAt: number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** @throws Refusal 429 */
  take(): void {
    const refills = Math.max(0, Math.floor((this.#now() - this.#filledAt) / refillMs));
    this.#left = Math.min(burst, this.#left + refills);
    this.#filledAt += refills * refillMs;
    if (this.#left === 0) throw new Refusal(429, 'Rate limit exceeded');
    this.#left -= 1;
  }
}

/** What the emulator of the Analytics API needs; no request to it changes anything. */
export interface AugmentEmulatorOptions {
  readonly state: AugmentState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether more than 10 requests a minute, after a burst of 20, are refused with 429. Default true. */
  readonly isRateLimited?: boolean;
}
