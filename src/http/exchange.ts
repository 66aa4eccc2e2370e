import type { Dispatcher } from 'undici';
import type Client from 'undici/lib/dispatcher/client.js';

import type { BodyReader } from '../context.ts';
import { largestAnswer } from './body.ts';

/**
 * So many bytes of a body may wait for their reader, who lags where they have to be unpacked. They are never held back: where a
 * connection ends while it is paused, undici throws what nobody can catch.
 */
const mostWaiting = largestAnswer;

/** An answer whose body is still packed, and may still be coming. */
export interface PackedAnswer {
  readonly status: number;
  /** Names in lower case; the values of a repeated one are joined. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: BodyReader;
}

export interface ExchangeTerms {
  readonly signal: AbortSignal | null;
  /** Called once the connection has given the whole answer, which may not have been read yet. */
  readonly onEnd: () => void;
}

/** Sends a request over a connection. Rejects with undici's error, or with the reason of `signal`. */
export function exchangeOver(
  client: Client,
  request: Dispatcher.DispatchOptions,
  terms: ExchangeTerms,
): Promise<PackedAnswer> {
  return new Promise((resolve, reject) => {
    client.dispatch(request, new Exchange(terms, resolve, reject));
  });
}

/** Takes what undici's client says of one request, and is the body of its answer. */
class Exchange implements Dispatcher.DispatchHandler, BodyReader {
  readonly #terms: ExchangeTerms;
  readonly #resolve: (answer: PackedAnswer) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | null = null;
  /** What has come and was not read. */
  #pieces: Uint8Array[] = [];
  #size = 0;
  #isComplete = false;
  #failure: { readonly reason: unknown } | null = null;
  /** Tells the reader, who waits, that something has changed. */
  #wake: () => void = () => undefined;

  constructor(terms: ExchangeTerms, resolve: (answer: PackedAnswer) => void, reject: (reason: unknown) => void) {
    this.#terms = terms;
    this.#resolve = resolve;
    this.#reject = reject;
    terms.signal?.addEventListener('abort', this.#stop);
    if (terms.signal?.aborted === true) this.#stop();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(asError(this.#failure.reason));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status >= 200) this.#resolve({ status, headers: joined(headers), body: this });
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#size += piece.byteLength;
    if (this.#size > mostWaiting) this.#fail(new Error('more of the answer waits than may be kept'));
    this.#wake();
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    this.#wake();
    this.#terms.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  /** What has come since is one piece: a server may send its answer byte by byte. */
  async read(): ReturnType<BodyReader['read']> {
    while (this.#failure === null) {
      if (this.#size > 0) return { done: false, value: this.#take() };
      if (this.#isComplete) {
        this.#unwatch();
        return { done: true };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    throw this.#failure.reason;
  }

  cancel(): Promise<void> {
    if (this.#isComplete) this.#unwatch();
    else this.#fail(new Error('the body was not wanted'));
    return Promise.resolve();
  }

  #take(): Uint8Array {
    const [first, ...more] = this.#pieces;
    const all = first !== undefined && more.length === 0 ? first : Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [];
    this.#size = 0;
    return all;
  }

  readonly #stop = (): void => this.#fail(this.#terms.signal?.reason);

  /** Ends the exchange, and the connection where it is not done with it. The first reason counts. */
  #fail(reason: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { reason };
    this.#unwatch();
    this.#controller?.abort(asError(reason));
    this.#reject(reason);
    this.#wake();
  }

  #unwatch(): void {
    this.#terms.signal?.removeEventListener('abort', this.#stop);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the exchange was given up', { cause: reason });
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(headers)) {
    values.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  return values;
}
