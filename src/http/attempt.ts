import type { BodyReader, FetchAnswer, FetchInit } from '../context.ts';
import { largestAnswer, largestChange } from './body.ts';
import { traceIdOf, withoutEchoes } from './text.ts';
import { networkFailure, timeoutFailure, tooLargeFailure, truncatedFailure, type Failure } from './failure.ts';
import {
  encodeBody,
  type AnswerHeaders,
  type HttpAnswer,
  type HttpClientOptions,
  type HttpRequest,
} from './request.ts';

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

const withoutBody = new Set([204, 205, 304]);

interface Begun {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: FetchAnswer['body'];
}

/** The body's bytes, or why they are not all there. A stream that breaks, and an aborted watch, reject. */
async function readBody(
  answer: Begun,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | Failure> {
  const declared = declaredLength(answer);
  const reader = answer.body?.getReader();
  if (declared > maxBytes) {
    discard(reader);
    return tooLargeFailure(maxBytes);
  }
  const bytes = await readBounded(reader, { maxBytes, watch });
  if (bytes === null) return tooLargeFailure(maxBytes);
  return bytes.byteLength < declared ? truncatedFailure(undefined) : bytes;
}

/** 0 where nothing can be compared: `content-length` counts what was sent, and fetch has unpacked that already. */
function declaredLength({ status, headers }: Begun): number {
  const length = headers.get('content-length') ?? '';
  const packed = headers.has('content-encoding');
  return packed || withoutBody.has(status) || !/^\d+$/.test(length) ? 0 : Number(length);
}

async function readBounded(
  reader: BodyReader | undefined,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | null> {
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await watch.race(reader.read());
      if (done || value === undefined)
        return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > maxBytes) return null;
      chunks.push(value);
    }
  } finally {
    discard(reader);
  }
}

/** Lets go of the connection. That a broken stream cannot be cancelled any more is no news. */
function discard(reader: BodyReader | undefined): void {
  reader?.cancel().catch(() => undefined);
}

/** Several signals as one. */
export interface Watch {
  /** Aborted once one of them is. */
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects once `signal` is aborted: an injected fetch need not obey its signal. */
  readonly race: <Result>(work: Promise<Result>) => Promise<Result>;
  /** Must be called, or the signals hold on to their listeners: `AbortSignal.any` would, for every request. */
  readonly end: () => void;
}

/** Watches until one of the signals is aborted, or `end` is called. */
export function watchSignals(signals: readonly AbortSignal[]): Watch {
  const controller = new AbortController();
  const stopped = rejectionOn(controller.signal);
  function stop(): void {
    controller.abort();
  }
  for (const signal of signals) signal.addEventListener('abort', stop);
  if (signals.some(({ aborted }) => aborted)) stop();
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, stopped]),
    end: () => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
    },
  };
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('the wait was ended', 'AbortError'));
    });
  });
  // It may come while nothing is raced against it.
  rejection.catch(() => undefined);
  return rejection;
}

export interface Exchanged {
  readonly method: string;
  readonly url: URL;
  readonly sent: Readonly<Record<string, string>>;
  readonly outcome: Outcome;
  readonly elapsedMs: number;
}

/** One line on an exchange: names of headers only, and nothing of queries and bodies, for all of them hold secrets. */
export function debugLine({ method, url, sent, outcome, elapsedMs }: Exchanged): string {
  const head = headOf(outcome);
  const trace = head === null ? null : traceIdOf(head.headers);
  return [
    `${method} ${url.origin} ${url.pathname}: ${resultOf(outcome)} in ${String(elapsedMs)} ms`,
    ...(trace === null ? [] : [`trace ${trace}`]),
    `sent headers ${namesOf(Object.keys(sent))}`,
    ...(head === null ? [] : [`received headers ${namesOf(head.headers.keys())}`]),
  ].join('; ');
}

function resultOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return String(outcome.answer.status);
  if (outcome.kind === 'stopped') return 'interrupted';
  const { head, failure } = outcome;
  return head === null ? failure.code : `${String(head.status)}, ${failure.code}`;
}

function namesOf(names: Iterable<string>): string {
  return Array.from(names).toSorted().join(' ');
}
