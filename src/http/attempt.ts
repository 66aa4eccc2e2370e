import type { FetchInit } from '../context.ts';
import { readBody } from './body.ts';
import { largestAnswer, largestChange } from './bounds.ts';
import { withoutEchoes } from './echo.ts';
import { timeoutFailure, truncatedFailure, type Failure } from './failure.ts';
import { networkFailure } from './network.ts';
import type { HttpClientOptions } from './options.ts';
import { encodeBody, type HttpAnswer, type HttpRequest } from './request.ts';
import { watchSignals, type Watch } from './watch.ts';

/** How one exchange ended: completely, not completely, or because nobody waits for it any more. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly head: Head | null }
  | { readonly kind: 'stopped' };

/** The part of an answer that came before its body broke. */
export type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** What came of an answer at least; null when nothing did. */
export function headOf(outcome: Outcome): Head | null {
  if (outcome.kind === 'answer') return outcome.answer;
  return outcome.kind === 'failure' ? outcome.head : null;
}

export interface Exchange {
  readonly url: URL;
  readonly request: HttpRequest;
  readonly headers: RequestHeaders;
  /** Ends the wait. */
  readonly stop: AbortSignal;
}

/** Values by names in lower case. */
type RequestHeaders = Record<string, string>;

/** The headers of a request; `authorization` is null where it needs no credential. */
export function requestHeaders(
  request: HttpRequest,
  { authorization, userAgent }: { authorization: string | null; userAgent: string },
): RequestHeaders {
  const body = encodeBody(request);
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(body === null ? {} : { 'content-type': body.type }),
    ...(authorization === null ? {} : { authorization }),
  };
}

/** Sends the request once, within the time one attempt has. Never rejects. */
export async function attempt(options: HttpClientOptions, exchange: Exchange): Promise<Outcome> {
  const timeout = options.timeout(options.timeoutMs);
  const watch = watchSignals([exchange.stop, timeout.signal]);
  let head: Head | null = null;
  try {
    const response = await watch.race(options.fetch(exchange.url, fetchOptions(options, exchange, watch)));
    const headers = withoutEchoes(new Map(response.headers), exchange.headers['authorization'] ?? null);
    head = { status: response.status, headers };
    const body = await readBody({ ...head, body: response.body }, { maxBytes: longestOf(options, exchange), watch });
    if (!(body instanceof Uint8Array)) return { kind: 'failure', failure: body, head };
    return { kind: 'answer', answer: { ...head, bytes: body } };
  } catch (error) {
    if (exchange.stop.aborted) return { kind: 'stopped' };
    const failure = timeout.signal.aborted
      ? timeoutFailure(options.timeoutMs, head !== null)
      : brokenFailure(error, head);
    return { kind: 'failure', failure, head };
  } finally {
    watch.end();
    timeout.clear();
  }
}

/** Who changes something keeps the answer, and needs little of it. */
function longestOf({ maxBytes }: HttpClientOptions, { request }: Exchange): number {
  return maxBytes ?? (request.method === 'GET' ? largestAnswer : largestChange);
}

function brokenFailure(error: unknown, head: Head | null): Failure {
  return head === null ? networkFailure(error) : truncatedFailure(error);
}

function fetchOptions({ transport }: HttpClientOptions, { request, headers }: Exchange, { signal }: Watch): FetchInit {
  return {
    method: request.method,
    headers,
    body: encodeBody(request)?.text ?? null,
    // fetch itself would follow a redirect anywhere.
    redirect: 'manual',
    signal,
    ...transport,
  };
}
