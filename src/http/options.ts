import type { Context, FetchInit } from '../context.ts';
import type { ProviderProblem } from './error.ts';
import type { AnswerHeaders } from './request.ts';

/** What a client needs of the world, and what it must know of the provider it talks to. */
export interface HttpClientOptions extends Pick<Context, 'fetch' | 'now' | 'sleep' | 'timeout' | 'signal'> {
  /** Per attempt, from the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly credential: HttpCredential;
  /** The provider's name for messages, e.g. `nscale`. */
  readonly provider: string;
  /** The only origin that is sent the credential, e.g. `https://api.example.com/base`. */
  readonly endpoint: string;
  /** Reads the provider's own error shape out of parsed JSON; null when it is not in that shape. */
  readonly readProblem: (status: number, body: unknown) => ProviderProblem | null;
  readonly userAgent: string;
  /** Receives one line per attempt, without values of headers, queries or bodies. */
  readonly debug?: (line: string) => Promise<void>;
  /** Is told of every answer that came at least in part, whatever it says. Must not throw. */
  readonly onAnswer?: ((answer: TimedAnswer) => void) | undefined;
  /** The longest answer that is read. Default: 64 MiB, and 1 MiB where something is changed or a credential asked for. */
  readonly maxBytes?: number;
  /** Lets an attempt begin when there are not too many others; the time it waits is not the attempt's. Default: at once. */
  readonly turn?: Turn | undefined;
  /** From `createTransport`. */
  readonly transport?: Transport;
}

/** The head of an answer, and the exchange it came of; times are in milliseconds since the epoch. */
export interface TimedAnswer {
  readonly headers: AnswerHeaders;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Runs work when its turn has come. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** What a proxy, or else a CA, asks for of every request. */
export type Transport = Pick<FetchInit, 'dispatcher' | 'secureContext'>;

export interface HttpCredential {
  /** The value of the Authorization header, e.g. `Bearer abc`. Asked for before every attempt. */
  readonly header: () => Promise<string>;
  /** Authenticates again after a 401. Requests run side by side, so concurrent calls should share one renewal. */
  readonly renew?: () => Promise<void>;
  /** Where the credential came from, for messages, e.g. `environment variable NSCALE_SERVICE_TOKEN`. */
  readonly source: string;
}
