import type { BodyReader, FetchAnswer, FetchInit, Peer } from '../context.ts';
import { largestAnswer, largestChange } from './body.ts';
import { networkFailure, timeoutFailure, tooLargeFailure, truncatedFailure, type ExchangeFailure } from './failure.ts';
import {
  encodeBody,
  isSafe,
  type HttpAnswer,
  type HttpClientOptions,
  type HttpRequest,
  type RequestBody,
} from './request.ts';
import { traceIdOf, withoutEchoes } from './text.ts';

/** How one attempt ended: with a complete answer, without one, or because the caller no longer waits. */
export type AttemptResult =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'failure'; readonly failure: ExchangeFailure; readonly head: Head | null }
  /** `isUnsent` where it was still connecting. */
  | { readonly kind: 'stopped'; readonly isUnsent: boolean };

/** The part of an answer that comes before its body. */
export type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** The head of a result, also where the body broke; null without one. */
export function headOf(result: AttemptResult): Head | null {
  if (result.kind === 'answer') return result.answer;
  return result.kind === 'failure' ? result.head : null;
}

/** Values by names in lower case. */
type RequestHeaders = Readonly<Record<string, string>>;

/** The headers of a request; `authorization` is null where it needs no credential. */
export function requestHeaders(request: HttpRequest, authorization: string | null, userAgent: string): RequestHeaders {
  const body = encodeBody(request);
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(body === null ? {} : { 'content-type': body.type }),
    ...(authorization === null ? {} : { authorization }),
  };
}

/** The part of a call that one attempt needs. */
export interface AttemptCall {
  /** Ends the wait for the answer; null where only time does. */
  readonly stop: AbortSignal | null;
  readonly options: Pick<HttpClientOptions, 'fetch' | 'timeout' | 'timeoutMs' | 'maxBytes' | 'transport'>;
  readonly request: Pick<HttpRequest, 'method' | 'safe'> & RequestBody;
  /** As `FetchInit` has it. Default: whether the request changes nothing. */
  readonly isRepeatable?: boolean;
}

/** Sends the request once, within the time that one attempt has. Never rejects. */
export async function attempt(call: AttemptCall, url: URL, headers: RequestHeaders): Promise<AttemptResult> {
  const { options, stop } = call;
  const timeout = options.timeout(options.timeoutMs);
  const watch = watchSignals(stop === null ? [timeout.signal] : [stop, timeout.signal]);
  const progress: AttemptProgress = { connecting: null, head: null };
  try {
    return await watch.race(receive(call, url, { headers, signal: watch.signal, progress }));
  } catch (error) {
    const { connecting, head } = progress;
    if (stop?.aborted === true) return { kind: 'stopped', isUnsent: connecting !== null };
    const broken = head === null ? networkFailure(error) : truncatedFailure(error);
    const late = { connecting, answered: head !== null };
    const failure = timeout.signal.aborted ? timeoutFailure(options.timeoutMs, late) : broken;
    return { kind: 'failure', failure, head };
  } finally {
    watch.end();
    timeout.clear();
  }
}

/** How far an attempt has come. */
interface AttemptProgress {
  /** Whom a connection is being made to, as far as fetch tells. */
  connecting: Peer | null;
  head: Head | null;
}

interface Sending {
  readonly headers: RequestHeaders;
  readonly signal: AbortSignal;
  readonly progress: AttemptProgress;
}

/** Rejects where the answer did not come, or its stream broke. */
async function receive(call: AttemptCall, url: URL, sending: Sending): Promise<AttemptResult> {
  const { options, request } = call;
  const { headers, progress } = sending;
  const response = await options.fetch(url, fetchOptions(call, sending));
  const head = { status: response.status, headers: withoutEchoes(response.headers, headers['authorization'] ?? null) };
  progress.head = head;
  const bytes = await readBody(head, response.body, options.maxBytes ?? largestOf(request));
  if (!(bytes instanceof Uint8Array)) return { kind: 'failure', failure: bytes, head };
  return { kind: 'answer', answer: { bytes, ...head } };
}

function largestOf({ method }: AttemptCall['request']): number {
  return method === 'GET' ? largestAnswer : largestChange;
}

function fetchOptions(
  { options, request, isRepeatable = isSafe(request) }: AttemptCall,
  { headers, signal, progress }: Sending,
): FetchInit {
  return {
    method: request.method,
    headers,
    body: encodeBody(request)?.content ?? null,
    // fetch itself would follow a redirect to any origin.
    redirect: 'manual',
    isRepeatable,
    signal,
    onConnecting: (peer) => {
      progress.connecting = peer;
    },
    ...(options.transport === undefined ? {} : { transport: options.transport }),
  };
}

/** The body's bytes, or why they are not complete. Rejects when the stream breaks. */
async function readBody(
  head: Head,
  body: FetchAnswer['body'],
  maxBytes: number,
): Promise<Uint8Array | ExchangeFailure> {
  const declared = declaredLength(head);
  const reader = body?.getReader();
  if (declared > maxBytes) {
    discard(reader);
    return tooLargeFailure(maxBytes);
  }
  const bytes = reader === undefined ? new Uint8Array() : await readBounded(reader, { declared, maxBytes });
  if (bytes === null) return tooLargeFailure(maxBytes);
  return bytes.byteLength < declared ? truncatedFailure(undefined) : bytes;
}

const statusesWithoutBody = new Set([204, 205, 304]);

/** 0 where nothing can be compared: `content-length` counts the bytes sent, and fetch has decompressed them. */
function declaredLength({ status, headers }: Head): number {
  const length = headers.get('content-length') ?? '';
  const isComparable = !headers.has('content-encoding') && !statusesWithoutBody.has(status);
  return isComparable && /^\d+$/.test(length) ? Number(length) : 0;
}

/** Null for a body that is too long. What was declared is put together as it comes, so that it is never there twice. */
async function readBounded(
  reader: BodyReader,
  { declared, maxBytes }: { readonly declared: number; readonly maxBytes: number },
): Promise<Uint8Array | null> {
  const room = Buffer.allocUnsafe(declared);
  const beyond: Uint8Array[] = [];
  let filled = 0;
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) {
        const start = room.subarray(0, filled);
        return beyond.length === 0 ? start : Buffer.concat([start, ...beyond], size);
      }
      size += value.byteLength;
      if (size > maxBytes) return null;
      if (size > room.length) beyond.push(value);
      else {
        room.set(value, filled);
        filled = size;
      }
    }
  } finally {
    discard(reader);
  }
}

/** Releases the connection. A broken stream cannot be cancelled, which does not matter. */
function discard(reader: BodyReader | undefined): void {
  reader?.cancel().catch(() => undefined);
}

/** Several signals as one. */
export interface Watch {
  /** Aborted once one of them is. */
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects once `signal` is aborted: an injected fetch need not obey its signal. */
  readonly race: <Result>(work: Promise<Result>) => Promise<Result>;
  /** Must be called, or the signals keep their listeners, as they would with `AbortSignal.any`. */
  readonly end: () => void;
}

/** Watches until one of the signals is aborted, or `end` is called. */
export function watchSignals(signals: readonly [AbortSignal, ...AbortSignal[]]): Watch {
  const [first, ...others] = signals;
  const joint = others.length === 0 ? null : new AbortController();
  let reject: ((reason: unknown) => void) | null = null;
  const stopped = new Promise<never>((_resolve, rejectStopped) => {
    reject = rejectStopped;
  });
  // It may reject while nothing is raced against it.
  stopped.catch(() => undefined);
  function stop(): void {
    joint?.abort();
    reject?.(new DOMException('the wait was ended', 'AbortError'));
  }
  for (const signal of signals) signal.addEventListener('abort', stop);
  if (signals.some(({ aborted }) => aborted)) stop();
  return {
    signal: joint?.signal ?? first,
    race: (work) => Promise.race([work, stopped]),
    end: () => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
    },
  };
}

/** One line on an attempt: names of headers only, and nothing of queries and bodies, since all of them hold secrets. */
export function debugLine(
  { request, url, sent }: { request: Pick<HttpRequest, 'method'>; url: URL; sent: RequestHeaders },
  result: AttemptResult,
  elapsedMs: number,
): string {
  const head = headOf(result);
  const trace = head === null ? null : traceIdOf(head.headers);
  return [
    `${request.method} ${url.origin} ${url.pathname}: ${describeResult(result)} in ${elapsedMs} ms`,
    ...(trace === null ? [] : [`trace ${trace}`]),
    `sent headers ${sortedNames(Object.keys(sent))}`,
    ...(head === null ? [] : [`received headers ${sortedNames(head.headers.keys())}`]),
  ].join('; ');
}

function describeResult(result: AttemptResult): string {
  if (result.kind === 'answer') return String(result.answer.status);
  if (result.kind === 'stopped') return 'interrupted';
  const { head, failure } = result;
  return head === null ? failure.code : `${head.status}, ${failure.code}`;
}

function sortedNames(names: Iterable<string>): string {
  return Array.from(names).toSorted().join(' ');
}
