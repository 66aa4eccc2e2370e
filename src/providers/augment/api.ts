import * as z from 'zod/mini';

import type { Schema } from '../../http/body.ts';
import type { HttpClient } from '../../http/client.ts';
import type { ProviderProblem } from '../../http/error.ts';
import { bearer, jsonRequests, verificationOf } from '../answers.ts';
import { inWords, noticeableWaitMs } from '../../model/duration.ts';
import type { ConnectOptions, Verification, VerificationOptions } from '../provider.ts';

/** The Analytics API with the token of a service account: all that Augment documents for programs. */
export interface Analytics {
  readonly http: HttpClient;
  /** Origin without trailing slash. */
  readonly endpoint: string;
  /** Resolves when the next request may go, in the order of the calls; rejects when the wait is interrupted. */
  readonly takeTurn: () => Promise<void>;
}

/** Asks for what is at a path below `/analytics/v0`, within the rate limit. @throws HttpError */
export async function get<Wire>(
  { http, endpoint, takeTurn }: Analytics,
  path: string,
  purpose: string,
  schema: Schema<Wire>,
): Promise<Wire> {
  await takeTurn();
  return jsonRequests(http, 'augment').get(`${endpoint}/analytics/v0${path}`, purpose, schema);
}

const windowMs = 60_000;

/** At most `perMinute` requests in any 60 seconds; the Analytics API takes 10 (docs/contracts/augment.md 4). */
export function createLimiter(
  { now, sleep, note }: Pick<ConnectOptions, 'now' | 'sleep' | 'note'>,
  perMinute = 10,
): Analytics['takeTurn'] {
  let sent: readonly number[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function take(): Promise<void> {
    for (;;) {
      const start = now() - windowMs;
      sent = sent.filter((time) => time > start);
      const [oldest] = sent;
      if (oldest === undefined || sent.length < perMinute) break;
      const wait = oldest - start;
      if (wait > noticeableWaitMs) await note(`waiting ${inWords(wait)}: Augment takes ${perMinute} requests a minute`);
      await sleep(wait);
    }
    sent = [...sent, now()];
  }

  return () => {
    const taken = turn.then(take);
    turn = taken.catch(() => undefined);
    return taken;
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
export async function verifyCredential(options: VerificationOptions): Promise<Verification> {
  const { createHttp, credential, endpoint } = options;
  const http = createHttp(bearer('the new session', () => Promise.resolve(credential.value)));
  return probe({ http, endpoint, takeTurn: () => Promise.resolve() });
}

/** Asks as `probe` does. @throws HttpError when it is not answered, or refused */
export async function askCounts(analytics: Analytics): Promise<void> {
  await get(analytics, '/dau-count', 'try the token', z.looseObject({}));
}

/** docs/contracts/augment.md 4 */
const Envelope = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The Analytics API's error body, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { code, message } = envelope.data.error;
  return { code, message, traceId: null };
}
