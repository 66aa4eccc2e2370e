import { safeText } from '../model/text.ts';
import type { AttemptResult } from './attempt.ts';
import { inWords } from '../model/duration.ts';
import { askedWait, longestWaitMs } from './pause.ts';
import { readContent, unusableBodies, type Content } from './body.ts';
import type { ExchangeFailure } from './failure.ts';
import {
  HttpError,
  type Answerer,
  type Arrival,
  type BodyKind,
  type HttpErrorCode,
  type ProviderProblem,
} from './error.ts';
import { isSafe, type Call, type HttpAnswer, type HttpClientOptions, type HttpRequest } from './request.ts';
import { cannot, isPlainSentence, readTraceId, traceIdOf, withoutCredential } from './text.ts';

/** The error for a complete answer that is not the service's success, quoting the provider without what `authorization` holds. */
export function answerError({ options, request }: Call, answer: HttpAnswer, authorization: string | null): HttpError {
  const { status, headers } = answer;
  const { content, problem, answeredBy } = readRefusal(options, answer);
  const shown = problem === null ? null : shownProblem(request, status, problem, authorization);
  const asked = askedWait(answer, options.now());
  const what = describe(options.provider, { status, answeredBy, shown, body: content.kind });
  const isLong = asked !== null && asked > longestWaitMs;
  const message = cannot(request.purpose, isLong ? `${what}; it asks to wait ${inWords(asked)}` : what);
  return new HttpError(codeOf(status, answeredBy), message, {
    arrival: arrivalOf(status, answeredBy),
    problem: shown,
    body: content.kind,
    answeredBy,
    hint: asked === null ? hintFor(options, status, answeredBy) : laterHint(asked),
    provider: options.provider,
    status,
    traceId: shown?.traceId ?? traceIdOf(headers),
    retryable: status >= 500 || retryableStatuses.has(status),
  });
}

interface Refusal {
  readonly content: Content;
  readonly problem: ProviderProblem | null;
  readonly answeredBy: Answerer;
}

/** A refusal's body is the service's where it is in the provider's own error shape. Its text is not yet safe to show. */
function readRefusal(options: Pick<HttpClientOptions, 'readProblem'>, answer: HttpAnswer): Refusal {
  const content = readContent(answer);
  const problem = content.kind === 'json' ? options.readProblem(answer.status, content.value) : null;
  const foreign = content.kind === 'empty' ? 'unclear' : 'gateway';
  return { content, problem, answeredBy: problem === null ? foreign : 'service' };
}

/**
 * Whether a 401 means that the credential may have to be renewed: the service says so; or it is not clear who does, and
 * the request may be sent once more.
 */
export function asksForRenewal({ options, request }: Call, answer: HttpAnswer): boolean {
  if (answer.status !== 401) return false;
  const { answeredBy } = readRefusal(options, answer);
  return answeredBy === 'service' || (answeredBy === 'unclear' && isSafe(request));
}

/** What gateways answer when they stop waiting, possibly with the request already passed on. */
const waitEnded: ReadonlySet<number> = new Set([408, 499]);

/** Refusals of a request as it is, by the service or a gateway: they are decided before it is passed on. */
const refusedUnread: ReadonlySet<number> = new Set([407, 411, 413, 414, 421, 425, 429, 431, 511]);

/**
 * Only the service knows that it did nothing. A gateway's refusal may stand for any answer of the service, e.g. where a
 * firewall keeps back an answer because there is a token in it (docs/design.md 6).
 */
function arrivalOf(status: number, answeredBy: Answerer): Arrival {
  if (refusedUnread.has(status)) return 'refused';
  return answeredBy === 'service' && status >= 400 && status < 500 && !waitEnded.has(status) ? 'refused' : 'unknown';
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 499]);

function shownProblem(
  request: HttpRequest,
  status: number,
  problem: ProviderProblem,
  authorization: string | null,
): ProviderProblem | null {
  function shown(text: string, limit: number): string {
    return safeText(withoutCredential(text, authorization), limit);
  }
  const { code, message, traceId } = problem;
  const told = {
    ...problem,
    code: code === null ? null : shown(code, 100),
    message: shown(message, 500) || (meanings.get(status) ?? 'no reason given'),
    traceId: traceId === null ? null : readTraceId(withoutCredential(traceId, authorization)),
  };
  if (request.secretAnswer !== true || isHarmless(told)) return told;
  if (problem.isKnownCode !== true) return null;
  // A code that is a number is the status once more.
  return { ...told, message: code === null || /^\d+$/.test(code) ? '' : code };
}

/** Whether an answer to a request for a credential is an error and nothing else, in words that cannot be a credential. */
function isHarmless({ isAll, code, message }: ProviderProblem): boolean {
  return isAll === true && /^[a-z_]{0,40}$/.test(code ?? '') && isPlainSentence(message);
}

/** e.g. `a gateway answered in place of nscale: 502 (bad gateway) with an HTML page`. */
function describe(
  provider: string,
  refusal: { status: number; answeredBy: Answerer; shown: ProviderProblem | null; body: BodyKind },
): string {
  const { status, answeredBy, shown, body } = refusal;
  if (shown?.message) return `${provider} answered ${status}: ${shown.message}`;
  // What a status says of credential and account is for the service to say.
  const meaning = answeredBy === 'service' || status >= 500 || status === 429 ? meanings.get(status) : undefined;
  const answered = meaning === undefined ? String(status) : `${status} (${meaning})`;
  if (answeredBy === 'service') return `${provider} answered ${answered}`;
  if (answeredBy === 'unclear') return `${provider}, or a gateway before it, answered ${answered} with an empty body`;
  const what = body === 'json' ? `JSON that is not ${provider}'s` : unusableBodies[body];
  return `a gateway answered in place of ${provider}: ${answered} with ${what}`;
}

function hintFor(options: HttpClientOptions, status: number, answeredBy: Answerer): string | null {
  const { source } = options.credential;
  if (status === 429) return 'wait a minute, then run it again';
  if (answeredBy === 'gateway') return gatewayHint(options);
  if (status !== 401 && status !== 403) return null;
  if (answeredBy === 'unclear') {
    const { origin } = new URL(options.endpoint);
    return `check the credential from ${source}, and whether a proxy or firewall stands before ${origin}`;
  }
  return status === 401
    ? `check the credential from ${source}: it may have expired or been replaced`
    : `the credential from ${source} lacks the permission`;
}

/** What to look at where something else than the service answered. */
function gatewayHint({ endpoint, endpointSource }: Pick<HttpClientOptions, 'endpoint' | 'endpointSource'>): string {
  return `look for a proxy, firewall or login page before ${new URL(endpoint).origin}, and check that endpoint (${endpointSource})`;
}

function laterHint(milliseconds: number): string {
  return `run it again in ${inWords(Math.max(1000, milliseconds))}`;
}

/** The error for a request that is not sent, because the server asked for a pause of which so much is left. */
export function pausedError({ options, request }: Call, milliseconds: number, arrival: Arrival): HttpError {
  const { provider } = options;
  const what = `not sent, because ${provider} asked for a pause, of which ${inWords(milliseconds)} are left`;
  const hint = laterHint(milliseconds);
  return new HttpError('rate_limited', cannot(request.purpose, what), { arrival, hint, provider, retryable: true });
}

/** A few words for a status. */
const meanings = new Map([
  [400, 'the request is not valid'],
  [401, 'the credential was refused'],
  [403, 'the credential may not do this'],
  [404, 'not found'],
  [405, 'the method is not allowed'],
  [409, 'it conflicts with what exists'],
  [413, 'the request is too large'],
  [422, 'the request is not valid'],
  [429, 'too many requests'],
  [500, 'internal error'],
  [502, 'bad gateway'],
  [503, 'service unavailable'],
  [504, 'gateway time-out'],
]);

function codeOf(status: number, answeredBy: Answerer): HttpErrorCode {
  if (status === 429) return 'rate_limited';
  if (answeredBy === 'gateway') return 'gateway';
  if (status >= 500) return 'server_error';
  return (answeredBy === 'service' ? codes.get(status) : undefined) ?? 'refused';
}

const codes = new Map<number, HttpErrorCode>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
]);

/** The error for an exchange without a complete answer. */
export function failureError(
  { options, request }: Call,
  url: URL,
  { failure, head }: Extract<AttemptResult, { kind: 'failure' }>,
): HttpError {
  const what = head === null ? failure.what : `answered ${head.status}, but ${failure.what}`;
  return new HttpError(failure.code, cannot(request.purpose, `${whoFailed(options, url, failure)} ${what}`), {
    arrival: failure.arrival,
    hint: failure.hint,
    provider: options.provider,
    status: head?.status ?? null,
    traceId: head === null ? null : traceIdOf(head.headers),
    retryable: failure.retryable,
    cause: failure.cause,
  });
}

function whoFailed({ provider, transport }: HttpClientOptions, url: URL, { who }: ExchangeFailure): string {
  if (who === 'machine') return 'this machine';
  if (who !== 'service') return `the proxy ${who.url} (${who.source})`;
  const service = `${provider} at ${url.origin}`;
  // What is at the other end of a tunnel, only the proxy knows.
  const before = transport?.proxy;
  return before ? `${service}, or the proxy ${before.url} (${before.source}) before it,` : service;
}

/**
 * What to throw when the caller no longer waits for the answer. The program's own interruption is thrown as it is
 * ("nothing was changed") while that is true; a request with a signal of its own always gets an HttpError.
 */
export function stoppedError({ options, request, stop }: Call, arrival: Arrival): unknown {
  const reason: unknown = stop.reason;
  const changedNothing = arrival !== 'unknown' || isSafe(request);
  if (request.signal === undefined && changedNothing) return reason;
  const what = changedNothing
    ? 'interrupted before it was done'
    : `interrupted before ${options.provider} answered; it may have been done`;
  return new HttpError('aborted', cannot(request.purpose, what), {
    arrival,
    provider: options.provider,
    cause: reason,
  });
}
