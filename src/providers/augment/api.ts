import * as z from 'zod/mini';

import { FailedError } from '../../errors.ts';
import type { Schema } from '../../http/body.ts';
import type { HttpClient } from '../../http/client.ts';
import { HttpError, type ProviderProblem } from '../../http/error.ts';
import { bearer, jsonRequests, verificationOf } from '../answers.ts';
import type { Verification, VerificationOptions } from '../provider.ts';

/** The Analytics API with the token of a service account: all that Augment documents for programs. */
export interface Analytics {
  readonly http: HttpClient;
  /** Origin without trailing slash. */
  readonly endpoint: string;
  readonly limiter: Limiter;
}

/** A question to the API. */
export interface AnalyticsQuery<Wire> {
  /** Below `/analytics/v0`, with its query. */
  readonly path: string;
  /** As it reads after "cannot". */
  readonly purpose: string;
  readonly schema: Schema<Wire>;
}

/** Asks within the rate limit. @throws HttpError */
export async function send<Wire>(
  { http, endpoint, limiter }: Analytics,
  { path, purpose, schema }: AnalyticsQuery<Wire>,
): Promise<Wire> {
  await limiter.wait();
  return jsonRequests(http, 'augment').get(`${endpoint}/analytics/v0${path}`, purpose, schema);
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
  /** Milliseconds since the epoch. */
  readonly now: () => number;
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

/**
 * Tries the token that `analytics` sends, by the documented way (docs/contracts/augment.md 4). 200 with JSON: it works.
 * 401: it is refused. Anything else says nothing, not even 403: the token may only lack the permission. It proves
 * nothing about a tenant URL. Rejects for an interrupt only.
 */
export async function probe(analytics: Analytics): Promise<Verification> {
  return verificationOf(askCounts(analytics), [401]);
}

/** One probe, which no rate limit is reached with. */
export async function verifyCredential({
  createHttp,
  credential,
  endpoint,
}: VerificationOptions): Promise<Verification> {
  const http = createHttp(bearer('the new session', () => Promise.resolve(credential.value)));
  return probe({ http, endpoint, limiter: { wait: () => Promise.resolve() } });
}

const Counts = z.looseObject({});

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

/** docs/contracts/augment.md 4 */
const Envelope = z.object({ error: z.object({ code: z.nullish(z.string()), message: z.string() }) });

/** The Analytics API's error body, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { code, message } = envelope.data.error;
  return { code: code ?? null, message, traceId: null };
}
