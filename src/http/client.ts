import { UsageError } from '../errors.ts';
import { answerError, asksForRenewal, failureError, pausedError, stoppedError } from './answer-error.ts';
import { attempt, debugLine, headOf, requestHeaders, watchSignals, type AttemptResult } from './attempt.ts';
import { isPage, readContent } from './body.ts';
import { HttpError, type Arrival } from './error.ts';
import { longestWaitMs } from './pause.ts';
import { isRedirect, redirectTarget } from './redirect.ts';
import {
  isSafe,
  type Call,
  type HttpAnswer,
  type HttpClientOptions,
  type HttpCredential,
  type HttpRequest,
} from './request.ts';

export interface HttpClient {
  /**
   * Sends the request and returns a complete 2xx answer. What may be repeated is repeated (docs/design.md 6, step 3).
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

/** The state of a call before its next attempt. */
interface CallState {
  readonly url: URL;
  readonly redirects: number;
  readonly repeats: number;
  readonly renewed: boolean;
  /** What is known of the request if nothing more is sent. */
  readonly arrival: Arrival;
}

interface Attempted {
  readonly result: AttemptResult;
  readonly authorization: string | null;
}

async function send(options: HttpClientOptions, request: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(request.url);
  if (request.authorized !== false && url.origin !== new URL(options.endpoint).origin) {
    throw new Error(`the credential for ${options.endpoint} must not be sent to ${url.origin}`);
  }
  const call = { options, request, stop: request.signal ?? options.signal };
  let state: CallState = { url, redirects: 0, repeats: 0, renewed: false, arrival: 'not-sent' };
  for (;;) {
    const attempted = await exchange(call, state);
    const answer = successOf(attempted.result);
    if (answer !== null) {
      // A login page, or what a firewall says, must not pass for a deletion.
      if (isForeign(request, answer)) throw answerError(call, answer, attempted.authorization);
      return answer;
    }
    state = await nextState(call, state, attempted);
  }
}

/** The complete 2xx answer of an attempt, or null. */
function successOf(result: AttemptResult): HttpAnswer | null {
  const isSuccess = result.kind === 'answer' && result.answer.status >= 200 && result.answer.status < 300;
  return isSuccess ? result.answer : null;
}

/** Whether an answer of success is certainly not the service's. */
function isForeign({ emptyAnswer }: HttpRequest, answer: HttpAnswer): boolean {
  return isPage(answer) || (emptyAnswer === true && readContent(answer).kind !== 'empty');
}

async function exchange(call: Call, { url, arrival }: CallState): Promise<Attempted> {
  const { options, request, stop } = call;
  if (stop.aborted) throw stoppedError(call, arrival);
  await pauseEnd(call, arrival);
  const authorization = request.authorized === false ? null : await authorize(options.credential, arrival);
  if (stop.aborted) throw stoppedError(call, arrival);
  const sent = requestHeaders(request, authorization, options.userAgent);
  let askedAt = options.now();
  const result = await inTurn(call, arrival, async () => {
    await pauseEnd(call, arrival);
    askedAt = options.now();
    return attempt(call, url, sent);
  });
  const answeredAt = options.now();
  const success = successOf(result);
  if (success !== null) await quietly(() => request.keep?.(success.bytes));
  const head = headOf(result);
  if (head !== null) options.onAnswer?.({ headers: head.headers, askedAt, answeredAt });
  await quietly(() => options.debug?.(debugLine({ request, url, sent }, result, answeredAt - askedAt)));
  return { result, authorization };
}

/** Resolves once no pause keeps a request from being sent. @throws HttpError at once for a pause that is too long */
async function pauseEnd(call: Call, arrival: Arrival): Promise<void> {
  const { pause } = call.options;
  for (let left = pause.left(); left > 0; left = pause.left()) {
    if (left > longestWaitMs) throw pausedError(call, left, arrival);
    await quietly(pause.tell);
    await wait(call, left, arrival);
  }
}

/** A call that is interrupted while it waits for its turn has sent nothing, and sends no change. */
async function inTurn(call: Call, arrival: Arrival, work: () => Promise<AttemptResult>): Promise<AttemptResult> {
  const { options, request, stop } = call;
  if (options.turn === undefined) return work();
  return options.turn(() => {
    if (stop.aborted) throw stoppedError(call, arrival);
    if (options.signal.aborted && !isSafe(request) && arrival !== 'unknown') throw options.signal.reason;
    return work();
  });
}

/** An answer must not get lost because it could not be kept, or a line about it not be written. */
async function quietly(work: () => Promise<void> | undefined): Promise<void> {
  try {
    await work();
  } catch {
    // The caller gets the answer as the return value.
  }
}

/**
 * The state before the next attempt, after one that did not succeed.
 * @throws the call's error when there is no next attempt
 */
async function nextState(call: Call, state: CallState, { result, authorization }: Attempted): Promise<CallState> {
  if (result.kind === 'stopped') throw stoppedError(call, result.isUnsent ? state.arrival : 'unknown');
  if (result.kind === 'failure') {
    if (!mayRepeat(call.request, result)) throw failureError(call, state.url, result);
    return repeated(call, state, { arrival: result.failure.arrival, asked: null }, () =>
      failureError(call, state.url, result),
    );
  }
  const { answer } = result;
  const { renew } = call.options.credential;
  if (renew && authorization !== null && !state.renewed && asksForRenewal(call, answer)) {
    await aboutOwnRequest(renew, 'refused');
    return { ...state, renewed: true, arrival: 'refused' };
  }
  if (isRedirect(answer.status)) {
    const { url, redirects } = state;
    return { ...state, url: redirectTarget(call, answer, url, redirects), redirects: redirects + 1 };
  }
  const asked = call.options.pause.heed(answer);
  if (!mayRepeat(call.request, result) || (asked ?? 0) > longestWaitMs) throw answerError(call, answer, authorization);
  return repeated(call, state, { arrival: 'refused', asked }, () => answerError(call, answer, authorization));
}

/** The state before a repetition: the next attempt itself waits for the end of a pause that was `asked` for. */
async function repeated(
  call: Call,
  state: CallState,
  { arrival, asked }: { readonly arrival: Arrival; readonly asked: number | null },
  error: () => HttpError,
): Promise<CallState> {
  const backoff = backoffMs[state.repeats];
  if (backoff === undefined) throw error();
  // A server that asks for less may mean no more than "again".
  if ((asked ?? 0) < backoff) await wait(call, backoff, arrival);
  return { ...state, repeats: state.repeats + 1, arrival };
}

/** No request is under way during a wait, so the program's own signal ends it even where the request ignores it. */
async function wait(call: Call, milliseconds: number, arrival: Arrival): Promise<void> {
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
const transientStatuses = new Set([502, 503, 504]);

type Failed = Exclude<AttemptResult, { kind: 'stopped' }>;

/** A request that changes something is repeated only where it certainly did not arrive, or was refused unread (docs/design.md 6, step 3). */
function mayRepeat(request: HttpRequest, result: Failed): boolean {
  if (result.kind === 'answer') {
    const { status } = result.answer;
    return status === 429 || (isSafe(request) && transientStatuses.has(status));
  }
  const { arrival, retryable } = result.failure;
  return retryable && (arrival === 'not-sent' || isSafe(request));
}

/**
 * The value of the Authorization header.
 * @throws UsageError naming the source, never the value, when no header can carry it
 * @throws HttpError with `arrival` when the credential has to be fetched first and that fails
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

/** Runs a token request. Its outcome says nothing of the request that needs the token, which is `arrival`. */
async function aboutOwnRequest<Result>(work: () => Promise<Result>, arrival: Arrival): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HttpError ? error.with({ arrival }) : error;
  }
}
