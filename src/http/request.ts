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
  /**
   * True for a request that changes nothing although it is not a GET, such as a token request: it may be repeated
   * whatever became of it (RFC 9110 9.2.1). Default: whether it is a GET.
   */
  readonly safe?: boolean;
  /** Ends the wait for the answer; default the client's. */
  readonly signal?: AbortSignal;
  /** Receives the bytes of a complete 2xx answer before anything looks at them. */
  readonly keep?: (bytes: Uint8Array) => Promise<void>;
}

/** Values by names in lower case. Node's own `Headers` would have to be loaded, with all of fetch (STYLE.md 1.7). */
export type AnswerHeaders = ReadonlyMap<string, string>;

/** A complete answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly bytes: Uint8Array;
}

/** Whether the request changes nothing, so that sending it again does no harm. */
export function isSafe(request: HttpRequest): boolean {
  return request.safe ?? request.method === 'GET';
}

/** The request's body as text and its content type, null where it has none. */
export function encodeBody(request: HttpRequest): { text: string; type: string } | null {
  if (request.json !== undefined) {
    return { text: JSON.stringify(request.json), type: 'application/json' };
  }
  if (request.form !== undefined) {
    const text = new URLSearchParams(request.form).toString();
    return { text, type: 'application/x-www-form-urlencoded' };
  }
  return null;
}
