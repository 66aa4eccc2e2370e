import type { Context, Transport } from '../context.ts';
import { jsonText } from '../model/exact-number.ts';
import type { ProviderProblem } from './error.ts';

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
  /** Sent as they are. */
  readonly bytes?: Uint8Array;
  /** True when the answer carries a credential: nothing of its body is ever quoted in an error. */
  readonly secretAnswer?: boolean;
  /** True where the service's success has no body, so that a success with one is not the service's. */
  readonly emptyAnswer?: boolean;
  /** False for requests that need no credential, such as a token request. Default true. */
  readonly authorized?: boolean;
  /** True for a request that changes nothing and may be repeated (RFC 9110 9.2.1), as for a token. Default: for a GET. */
  readonly safe?: boolean;
  /** Ends the wait for the answer. Default: the client's. */
  readonly signal?: AbortSignal;
  /** Receives the bytes of a complete 2xx answer before they are read. */
  readonly keep?: (bytes: Uint8Array) => Promise<void>;
}

/** Values by names in lower case. Node's `Headers` would load all of fetch (docs/decisions/transport.md). */
export type AnswerHeaders = ReadonlyMap<string, string>;

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly bytes: Uint8Array;
}

/** Whether the request changes nothing, so that sending it again does no harm. */
export function isSafe(request: Pick<HttpRequest, 'method' | 'safe'>): boolean {
  return request.safe ?? request.method === 'GET';
}

/** What a request may have for its body. */
export type RequestBody = Pick<HttpRequest, 'json' | 'form' | 'bytes'>;

/** The request's body and its content type, null where it has none. */
export function encodeBody({ json, form, bytes }: RequestBody): { content: string | Uint8Array; type: string } | null {
  if (json !== undefined) return { content: jsonText(json), type: 'application/json' };
  if (form !== undefined) {
    return { content: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' };
  }
  return bytes === undefined ? null : { content: bytes, type: 'application/octet-stream' };
}

/** What a client needs of the context, and what it must know of the provider. */
export interface HttpClientOptions extends Pick<Context, 'fetch' | 'now' | 'sleep' | 'timeout' | 'signal'> {
  /** Per attempt, from the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly credential: HttpCredential;
  /** The provider's name for messages, e.g. `nscale`. */
  readonly provider: string;
  /** The credential is sent to its origin only, e.g. `https://api.example.com/base`. */
  readonly endpoint: string;
  /** Where the endpoint came from, for messages, e.g. `environment variable RUNAI_BASE_URL`. */
  readonly endpointSource: string;
  /** Reads the provider's error shape from parsed JSON; null when it is not in that shape. */
  readonly readProblem: (status: number, body: unknown) => ProviderProblem | null;
  readonly userAgent: string;
  /** Receives one line per attempt, without values of headers, queries or bodies. */
  readonly debug?: (line: string) => Promise<void>;
  /** Called for every answer whose head was received. Must not throw. */
  readonly onAnswer?: ((answer: TimedAnswer) => void) | undefined;
  /** The longest body that is read. Default: 64 MiB for a GET, else 8 MiB. */
  readonly maxBytes?: number;
  /** Limits how many attempts run at once; an attempt's time starts with its turn. Default: no limit. */
  readonly turn?: Turn | undefined;
  /** What holds the requests of all clients of a connection; from `createPause`. */
  readonly pause: Pause;
  /** From `createTransport`. Default: no proxy, and the CAs of Node. */
  readonly transport?: Transport;
}

/** When a request was sent and its answer received, in milliseconds since the epoch. */
export interface TimedAnswer {
  readonly headers: AnswerHeaders;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** The pause that a server asked for. It holds all requests of a connection. */
export interface Pause {
  /** Milliseconds until the next request may be sent; 0 for at once. */
  readonly left: () => number;
  /** Begins or prolongs it where an answer asks for that. @returns the milliseconds that it asks for, or null */
  readonly heed: (answer: Pick<HttpAnswer, 'status' | 'headers'>) => number | null;
  /** Tells the user, once, that its end is waited for, where that is noticeable. */
  readonly tell: () => Promise<void>;
}

/** Runs work when its turn has come. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface HttpCredential {
  /** The value of the Authorization header, e.g. `Bearer abc`. Called before every attempt. */
  readonly header: () => Promise<string>;
  /** Authenticates again after a 401. Requests run concurrently, so their calls should share one renewal. */
  readonly renew?: () => Promise<void>;
  /** Where the credential came from, for messages, e.g. `environment variable NSCALE_SERVICE_TOKEN`. */
  readonly source: string;
}

/** One request to a client, from its first attempt to its last. */
export interface Call {
  readonly options: HttpClientOptions;
  readonly request: HttpRequest;
  /** Ends the wait: the request's own signal, else the program's. */
  readonly stop: AbortSignal;
}
