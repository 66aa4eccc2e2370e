import * as z from 'zod/mini';

import type { HttpClient } from '../../http/client.ts';
import type { HttpRequest } from '../../http/request.ts';
import { readJson, type Schema } from '../../http/body.ts';
import type { Context } from '../../context.ts';
import { FailedError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Verification } from '../provider.ts';
import { trialOf } from '../answers.ts';

/** The Analytics API with the token of a service account: all that Augment documents for programs. */
export interface Analytics {
  readonly http: HttpClient;
  /** Origin without trailing slash. */
  readonly endpoint: string;
  readonly limiter: Limiter;
}

export interface AnalyticsQuestion<Wire> {
  /** Below `/analytics/v0`, with its query. */
  readonly path: string;
  /** As it reads after "cannot". */
  readonly purpose: string;
  readonly schema: Schema<Wire>;
}

/** Asks within the rate limit. @throws HttpError */
export async function send<Wire>(
  { http, endpoint, limiter }: Analytics,
  { path, purpose, schema }: AnalyticsQuestion<Wire>,
): Promise<Wire> {
  const url = `${endpoint}/analytics/v0${path}`;
  const request: HttpRequest = { method: 'GET', url, purpose };
  await limiter.wait();
  return readJson(await http.send(request), schema, { provider: 'augment', request });
}

/** Keeps requests of this process below a rate. */
export interface Limiter {
  /** Resolves when the next request may go; in the order of the calls. Rejects when the wait is interrupted. */
  readonly wait: () => Promise<void>;
}

const windowMs = 60_000;

/** At most `perMinute` requests in any 60 seconds; the Analytics API takes 10 (docs/contracts/augment.md 4). */
export function createLimiter({
  now,
  sleep,
  perMinute = 10,
}: {
  readonly now: Context['now'];
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly perMinute?: number;
}): Limiter {
  let sent: readonly number[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function take(): Promise<void> {
    for (;;) {
      const start = now() - windowMs;
      sent = sent.filter((time) => time > start);
      const [oldest] = sent;
      if (oldest === undefined || sent.length < perMinute) break;
      await sleep(oldest - start);
    }
    sent = [...sent, now()];
  }

  return {
    wait: () => {
      const taken = turn.then(take);
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}

const Counts = z.looseObject({});

/**
 * Tries the token that `analytics` sends, by the documented way (docs/contracts/augment.md 4). 200 with JSON: it works.
 * 401: it is refused. Anything else says nothing, not even 403: the token may only lack the permission. It proves
 * nothing about a tenant URL. Never rejects but by an interrupt.
 */
export async function probe(analytics: Analytics): Promise<Verification> {
  return trialOf(askCounts(analytics), { refusals: [401] });
}

/** Asks as `probe` does. @throws HttpError when it is not answered; FailedError for a 401 that is not Augment's own */
export async function askCounts(analytics: Analytics): Promise<void> {
  try {
    await send(analytics, { path: '/dau-count', purpose: 'try the token', schema: Counts });
  } catch (error) {
    if (error instanceof HttpError && error.status === 401 && error.body === 'html') {
      throw new FailedError('bad_answer', error.message, { provider: 'augment', cause: error });
    }
    throw error;
  }
}
