import type { HttpClientOptions } from './options.ts';
import type { HttpRequest } from './request.ts';

/** One request to a client, from its first attempt to its last. */
export interface Call {
  readonly options: HttpClientOptions;
  readonly request: HttpRequest;
  /** Ends the wait: the request's own signal, else the program's. */
  readonly stop: AbortSignal;
}
