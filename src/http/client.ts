export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  readonly method: Method;
  /** Absolute. */
  readonly url: string;
  /** What the request is for, as it reads after "cannot", e.g. `list service accounts`. */
  readonly purpose: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent form-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** True when the answer carries a credential: nothing of its body is ever quoted in an error. */
  readonly secretAnswer?: boolean;
  /** False for requests that need no credential, such as a token request. Default true. */
  readonly authorized?: boolean;
  /** Ends the wait for the answer; default the client's. */
  readonly signal?: AbortSignal;
  /** Receives the bytes of a 2xx answer before anything looks at them. */
  readonly keep?: (bytes: Uint8Array) => Promise<void>;
}

/** A 2xx answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export interface HttpClient {
  /** @throws HttpError for everything but a complete 2xx answer */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
}
