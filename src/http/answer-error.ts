import { safeText } from '../model/text.ts';
import type { AttemptResult } from './attempt.ts';
import { readContent, unusableBodies, type Content } from './body.ts';
import type { ExchangeFailure } from './failure.ts';
import { HttpError, type Arrival, type BodyKind, type HttpErrorCode, type ProviderProblem } from './error.ts';
import { isSafe, type Call, type HttpAnswer, type HttpClientOptions } from './request.ts';
import { cannot, isPlainSentence, readTraceId, traceIdOf, withoutCredential } from './text.ts';

/** The error for a complete answer that is not a 2xx, quoting the provider without what `authorization` holds. */
export function answerError({ options, request }: Call, answer: HttpAnswer, authorization: string | null): HttpError {
  const { status, headers } = answer;
  const content = readContent(answer);
  const problem = readProblem({ options, request }, status, content, authorization);
  const reason = problem?.message ? `: ${problem.message}` : describe(status, content.kind);
  const message = cannot(request.purpose, `${options.provider} answered ${status}${reason}`);
  // Gateways answer 408 and 499 when they stop waiting, possibly with the request already passed on.
  const isUncertain = status >= 500 || status === 408 || status === 499;
  return new HttpError(codes.get(status) ?? (status >= 500 ? 'server_error' : 'refused'), message, {
    arrival: isUncertain ? 'unknown' : 'refused',
    problem,
    body: content.kind,
    hint: hintFor(status, options.credential.source),
    provider: options.provider,
    status,
    traceId: problem?.traceId ?? traceIdOf(headers),
    retryable: isUncertain || status === 429 || status === 425,
  });
}

function readProblem(
  { options, request }: Pick<Call, 'options' | 'request'>,
  status: number,
  { kind, value }: Content,
  authorization: string | null,
): ProviderProblem | null {
  const problem = kind === 'json' ? options.readProblem(status, value) : null;
  if (problem === null) return null;
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

/** e.g. ` (bad gateway) with an empty body`. */
function describe(status: number, kind: BodyKind): string {
  const meaning = meanings.get(status);
  const words = meaning === undefined ? '' : ` (${meaning})`;
  if (kind === 'json') return words;
  return `${words} with ${kind === 'other' ? 'a body that is not JSON' : unusableBodies[kind]}`;
}

function hintFor(status: number, source: string): string | null {
  if (status === 401) return `check the credential from ${source}: it may have expired or been replaced`;
  if (status === 403) return `the credential from ${source} lacks the permission`;
  if (status === 429) return 'wait a minute, then run it again';
  return null;
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

const codes = new Map<number, HttpErrorCode>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
  [429, 'rate_limited'],
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

function whoFailed({ provider, transport }: HttpClientOptions, url: URL, { who, arrival }: ExchangeFailure): string {
  if (who === 'machine') return 'this machine';
  if (who !== 'service') return `the proxy ${who.url} (${who.source})`;
  const service = `${provider} at ${url.origin}`;
  // What became of a connection behind a proxy, only the proxy knows.
  const before = arrival === 'unknown' ? transport?.proxy : null;
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
