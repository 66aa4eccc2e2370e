import { isSafe, type Call, type HttpAnswer, type HttpClientOptions } from './request.ts';
import { readContent, type Content } from './body.ts';
import { cannot, readTraceId, traceIdOf, withoutCredential } from './text.ts';
import { HttpError, type Arrival, type BodyKind, type HttpErrorCode, type ProviderProblem } from './error.ts';
import { safeText } from '../model/text.ts';
import type { Head } from './attempt.ts';
import type { Failure } from './failure.ts';

/** An answer that is not a 2xx. */
export interface Refusal {
  readonly answer: HttpAnswer;
  /** The Authorization header that was sent; its value is removed from what the provider says. */
  readonly authorization: string | null;
}

/** The error for a complete answer that is not a 2xx, in the provider's own words where it may be quoted. */
export function answerError({ options, request }: Call, refusal: Refusal): HttpError {
  const { answer } = refusal;
  const { status, headers } = answer;
  const content = readContent(answer);
  const problem = request.secretAnswer === true ? null : readProblem(options, refusal, content);
  const said = problem === null ? describe(status, content.kind) : `: ${problem.message}`;
  const message = cannot(request.purpose, `${options.provider} answered ${String(status)}${said}`);
  return new HttpError(codeOf(status), message, {
    arrival: arrivalOf(status),
    problem,
    body: content.kind,
    hint: hintFor(status, options.credential.source),
    provider: options.provider,
    status,
    traceId: problem?.traceId ?? traceIdOf(headers),
    retryable: isPassing(status),
  });
}

function readProblem(
  options: HttpClientOptions,
  { answer, authorization }: Refusal,
  { kind, value }: Content,
): ProviderProblem | null {
  if (kind !== 'json') return null;
  const problem = options.readProblem(answer.status, value);
  if (problem === null) return null;
  function shown(text: string, limit: number): string {
    return safeText(withoutCredential(text, authorization), limit);
  }
  const { code, traceId } = problem;
  return {
    code: code === null ? null : shown(code, 100),
    message: shown(problem.message, 500) || (meaningOf(answer.status) ?? 'no reason given'),
    traceId: traceId === null ? null : readTraceId(withoutCredential(traceId, authorization)),
  };
}

const bodies: Readonly<Record<BodyKind, string>> = {
  json: '',
  html: ' with an HTML page (a proxy or gateway, not the API)',
  empty: ' with an empty body',
  excessive: ' with JSON that is nested too deeply or has too many values',
  other: ' with a body that is not JSON',
};

function describe(status: number, kind: BodyKind): string {
  const meaning = meaningOf(status);
  return `${meaning === null ? '' : ` (${meaning})`}${bodies[kind]}`;
}

function hintFor(status: number, source: string): string | null {
  if (status === 401) return `check the credential from ${source}: it may have expired or been replaced`;
  if (status === 403) return `the credential from ${source} lacks the permission`;
  if (status === 429) return 'wait a minute, then run it again';
  return null;
}

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

// 408 and 499 are what gateways say when they stopped waiting, possibly with the request already passed on.
const undecided = new Set([408, 499]);

/** A few words for a status, null for the rare ones. */
function meaningOf(status: number): string | null {
  return meanings.get(status) ?? null;
}

/** The stable code for a complete answer with this status. */
function codeOf(status: number): HttpErrorCode {
  return codes.get(status) ?? (status >= 500 ? 'server_error' : 'refused');
}

/** What a complete answer with this status, which is not a 2xx, says of its request. */
function arrivalOf(status: number): Arrival {
  return status >= 500 || undecided.has(status) ? 'unknown' : 'refused';
}

/** Whether the same request may be answered otherwise the next time. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 425 || undecided.has(status);
}

/** The error for an exchange that got no complete answer; `head` is what had come before it broke. */
export function failureError(
  { options, request }: Call,
  { failure, head, url }: { failure: Failure; head: Head | null; url: URL },
): HttpError {
  const subject = `${options.provider} at ${url.origin}`;
  const said = head === null ? failure.what : `answered ${String(head.status)}, but ${failure.what}`;
  return new HttpError(failure.code, cannot(request.purpose, `${subject} ${said}`), {
    arrival: failure.arrival,
    hint: failure.hint,
    provider: options.provider,
    status: head?.status ?? null,
    traceId: head === null ? null : traceIdOf(head.headers),
    retryable: failure.retryable,
    cause: failure.cause,
  });
}

/**
 * What to throw when nobody waits for the answer any more. The program's own interruption passes through as it is
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
