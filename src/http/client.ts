import {
  isSafe,
  type AnswerHeaders,
  type Call,
  type HttpAnswer,
  type HttpClientOptions,
  type HttpCredential,
  type HttpRequest,
} from './request.ts';
import { answerError, failureError, stoppedError } from './answer-error.ts';
import { attempt, debugLine, headOf, requestHeaders, watchSignals, type Outcome } from './attempt.ts';
import { HttpError, type Arrival } from './error.ts';
import { isRedirect, redirectTarget } from './redirect.ts';
import { UsageError } from '../errors.ts';

export interface HttpClient {
  /**
   * Sends the request and returns a complete 2xx answer. What may be repeated is repeated (DESIGN.md 6, step 3).
   *
   * @throws HttpError for everything but a complete 2xx answer; `arrival` says what is known of the request
   * @throws InterruptedError when the program is interrupted and nothing was sent that changes something
   * @throws UsageError when the credential cannot be sent, or whatever the credential's own source throws
   */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A client for one connection: one endpoint with one credential. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return { send: (request) => send(options, request) };
}

/** Where a call stands before its next attempt. */
interface Progress {
  readonly url: URL;
  readonly hops: number;
  readonly repeats: number;
  readonly renewed: boolean;
  /** What is known of the request if nothing more is sent. */
  readonly arrival: Arrival;
}

interface Attempted {
  readonly outcome: Outcome;
  readonly authorization: string | null;
}

/** `HttpClient.send`: attempts until one decides the matter. */
export async function send(options: HttpClientOptions, request: HttpRequest): Promise<HttpAnswer> {
  const call = { options, request, stop: request.signal ?? options.signal };
  let progress = start(call);
  for (;;) {
    const { outcome, authorization } = await exchange(call, progress);
    const answer = outcome.kind === 'answer' && isSuccess(outcome) ? outcome.answer : null;
    if (answer !== null) return answer;
    progress = await proceed(call, progress, { outcome, authorization });
  }
}

function start({ options, request }: Call): Progress {
  const url = new URL(request.url);
  if (request.authorized !== false && url.origin !== new URL(options.endpoint).origin) {
    throw new Error(`the credential for ${options.endpoint} must not be sent to ${url.origin}`);
  }
  return { url, hops: 0, repeats: 0, renewed: false, arrival: 'not-sent' };
}

function isSuccess({ answer }: { answer: HttpAnswer }): boolean {
  return answer.status >= 200 && answer.status < 300;
}

async function exchange(call: Call, { url, arrival }: Progress): Promise<Attempted> {
  const { options, request, stop } = call;
  if (stop.aborted) throw stoppedError(call, arrival);
  const authorization = request.authorized === false ? null : await authorize(options.credential, arrival);
  if (stop.aborted) throw stoppedError(call, arrival);
  const headers = requestHeaders(request, { authorization, userAgent: options.userAgent });
  let startedAt = options.now();
  const outcome = await inTurn(call, arrival, () => {
    startedAt = options.now();
    return attempt(options, { url, request, headers, stop });
  });
  const endedAt = options.now();
  const elapsedMs = endedAt - startedAt;
  if (outcome.kind === 'answer' && isSuccess(outcome)) await keepAnswer(request, outcome.answer);
  const head = headOf(outcome);
  if (head !== null) {
    options.onAnswer?.({ headers: head.headers, askedAt: startedAt, answeredAt: endedAt });
  }
  await report(options, () => debugLine({ method: request.method, url, sent: headers, outcome, elapsedMs }));
  return { outcome, authorization };
}

/** Who was interrupted while he waited for his turn has sent nothing, and sends nothing that changes something. */
async function inTurn(call: Call, arrival: Arrival, work: () => Promise<Outcome>): Promise<Outcome> {
  const { options, request, stop } = call;
  if (options.turn === undefined) return work();
  return options.turn(() => {
    if (stop.aborted) throw stoppedError(call, arrival);
    if (options.signal.aborted && !isSafe(request) && arrival !== 'unknown') {
      throw options.signal.reason;
    }
    return work();
  });
}

/** Whoever keeps the answer knows when that failed, and must get the answer all the same. */
async function keepAnswer({ keep }: HttpRequest, { bytes }: HttpAnswer): Promise<void> {
  try {
    await keep?.(bytes);
  } catch {
    // The answer goes to the caller by the other way, its return value.
  }
}

/** An answer must not get lost because a line about it could not be written. */
async function report({ debug }: HttpClientOptions, line: () => string): Promise<void> {
  try {
    await debug?.(line());
  } catch {
    // Nobody is left to tell: this was the place for it.
  }
}

/** What to do after an attempt that was no success; throws when that is nothing. */
async function proceed(call: Call, progress: Progress, { outcome, authorization }: Attempted): Promise<Progress> {
  const { options, request } = call;
  const { url, hops, repeats } = progress;
  if (outcome.kind === 'stopped') throw stoppedError(call, 'unknown');
  if (outcome.kind === 'answer') {
    const { answer } = outcome;
    const { renew } = options.credential;
    if (answer.status === 401 && renew && authorization !== null && !progress.renewed) {
      await reauthorize(renew);
      return { ...progress, renewed: true, arrival: 'refused' };
    }
    if (isRedirect(answer.status)) {
      return { ...progress, url: redirectTarget(call, { answer, url, hops }), hops: hops + 1 };
    }
  }
  const delay = repeatDelay({ request, outcome, repeats, now: options.now() });
  if (delay === null) throw finalError(call, progress, { outcome, authorization });
  const arrival = outcome.kind === 'answer' ? 'refused' : outcome.failure.arrival;
  await pause(call, delay, arrival);
  return { ...progress, repeats: repeats + 1, arrival };
}

function finalError(
  call: Call,
  { url }: Progress,
  { outcome, authorization }: { outcome: Exclude<Outcome, { kind: 'stopped' }> } & Attempted,
): Error {
  if (outcome.kind === 'failure') return failureError(call, { ...outcome, url });
  return answerError(call, { answer: outcome.answer, authorization });
}

/** Nothing is on its way during a pause, so the program's own signal ends it at once, whatever the request waits for. */
async function pause(call: Call, milliseconds: number, arrival: Arrival): Promise<void> {
  const { options, stop } = call;
  const watch = watchSignals([options.signal, stop]);
  try {
    await options.sleep(milliseconds, watch.signal);
  } catch (error) {
    if (stop.aborted) throw stoppedError(call, arrival);
    throw options.signal.aborted && arrival !== 'unknown' ? options.signal.reason : error;
  } finally {
    watch.end();
  }
}

const backoffMs = [500, 1000, 2000];
const longestWaitMs = 60_000;
const passingStatuses = new Set([502, 503, 504]);

export interface RetryQuestion {
  readonly request: HttpRequest;
  readonly outcome: Exclude<Outcome, { kind: 'stopped' }>;
  /** How often it was repeated already. */
  readonly repeats: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Milliseconds to wait before the request is sent again, null when it must not be. A request that changes something is
 * repeated only where it certainly did not arrive, or was refused unread (DESIGN.md 6, step 3).
 */
function repeatDelay({ request, outcome, repeats, now }: RetryQuestion): number | null {
  const backoff = backoffMs[repeats];
  if (backoff === undefined || !mayRepeat(request, outcome)) return null;
  const asked = outcome.kind === 'answer' ? retryAfter(outcome.answer.headers, now) : null;
  return Math.min(asked ?? backoff, longestWaitMs);
}

function mayRepeat(request: HttpRequest, outcome: RetryQuestion['outcome']): boolean {
  if (outcome.kind === 'answer') {
    const { status } = outcome.answer;
    return status === 429 || (isSafe(request) && passingStatuses.has(status));
  }
  const { arrival, retryable } = outcome.failure;
  return retryable && (arrival === 'not-sent' || isSafe(request));
}

/** Milliseconds from `Retry-After`, given in seconds or as an HTTP date; null when it is absent or neither. */
export function retryAfter(headers: AnswerHeaders, now: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse alone takes almost anything for a date.
  const date = /^[A-Z][a-z]{2,8},? .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/**
 * The value of the Authorization header.
 *
 * @throws UsageError naming the source, never the value, when no header can carry it
 * @throws HttpError with `arrival` when the credential has to be fetched first and that fails: whatever became of the
 *   token request, the request that needs the token was not sent again
 */
async function authorize(credential: HttpCredential, arrival: Arrival): Promise<string> {
  const value = await aboutOwnRequest(credential.header, arrival);
  // Checked here because fetch quotes a value that it refuses.
  if (!/^[!-~]+ [!-~]+$/.test(value)) {
    throw new UsageError(
      `the credential from ${credential.source} is empty, or holds white space, control or non-ASCII characters`,
      { hint: 'store the token alone, on one line' },
    );
  }
  return value;
}

/** Authenticates again after a 401. Errors are those of `authorize`. */
async function reauthorize(renew: () => Promise<void>): Promise<void> {
  await aboutOwnRequest(renew, 'refused');
}

async function aboutOwnRequest<Result>(work: () => Promise<Result>, arrival: Arrival): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // What became of the token request says nothing of the request that needs the token.
    throw error instanceof HttpError ? error.with({ arrival }) : error;
  }
}
