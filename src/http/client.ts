import type { HttpAnswer, HttpClientOptions, HttpRequest } from './request.ts';
import { send } from './send.ts';

export type { HttpAnswer, HttpRequest } from './request.ts';
export type { HttpCredential } from './request.ts';

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
