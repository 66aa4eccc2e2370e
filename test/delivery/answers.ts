import { HttpError, type Answerer, type Arrival, type BodyKind, type HttpErrorCode } from '../../src/http/error.ts';
import type { Account } from '../../src/model/account.ts';
import { Secret } from '../../src/model/credential.ts';
import type { SendOptions, Issued } from '../../src/providers/issuance.ts';

/** The account that every fake issue is about. */
export const account: Account = {
  provider: 'nscale',
  profile: 'prod',
  id: 'a1',
  name: 'ci',
  description: null,
  organization: 'org-1',
  status: 'active',
  enabled: null,
  clientId: null,
  groups: [],
  tags: {},
  accessRules: null,
  createdAt: null,
  createdBy: null,
  updatedAt: null,
  lastUsedAt: null,
  expiresAt: '2027-01-01T00:00:00Z',
  tokens: [],
  raw: {},
};

/** What messages call it. */
export const who = 'nscale service account ci (a1)';

/** What the first and the second request bring. */
export const secret = 'first-one-time-secret';
export const secondSecret = 'second-one-time-secret';

export function issuedWith(value: string, of: Account = account): Issued {
  return {
    account: of,
    credential: { kind: 'access-token', value: new Secret(value), clientId: null, expiresAt: '2027-02-20T12:00:00Z' },
    payload: new Secret(value),
    raw: (shown) => ({ token: shown }),
  };
}

/** How a provider answers one request. */
export type Answer = (options: SendOptions) => Promise<Issued>;

export function answerOf(value: string): string {
  return `{"token":"${value}"}`;
}

/** A whole answer: its bytes are kept first, as a client does it. */
export function answers(value: string): Answer {
  return async ({ keep }) => {
    await keep?.(Buffer.from(answerOf(value)));
    return issuedWith(value);
  };
}

/** No answer that can be used; with `bytes`, those of a 2xx are kept before it is known. */
export function fails(error: unknown, bytes?: string): Answer {
  return async ({ keep }) => {
    if (bytes !== undefined) await keep?.(Buffer.from(bytes));
    throw error;
  };
}

/** An answer that never comes: the wait ends with its signal, as the client ends it. */
export function neverAnswers(): Answer {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(httpError('aborted', { cause: signal.reason })));
    });
}

/** e.g. `cannot rotate ci: timeout`. */
export function httpError(
  code: HttpErrorCode,
  details: {
    status?: number;
    arrival?: Arrival;
    cause?: unknown;
    retryable?: boolean;
    answeredBy?: Answerer;
    body?: BodyKind;
  } = {},
): HttpError {
  return new HttpError(code, `no answer: ${code}`, {
    arrival: 'unknown',
    provider: 'nscale',
    traceId: 'trace-1',
    answeredBy: details.arrival === 'refused' ? 'service' : null,
    ...details,
  });
}

/** The other side ended the exchange, and nobody knows when. */
export const reset = httpError('connection_lost', { retryable: true });
