import type { Arrival, HttpErrorCode } from './error.ts';

/** An exchange that ended without a complete answer. */
export interface Failure {
  readonly code: HttpErrorCode;
  /** Reads after the provider's name, e.g. `refused the connection (ECONNREFUSED)`. */
  readonly what: string;
  readonly hint: string | null;
  readonly arrival: Arrival;
  /** Whether it may go better the next time. */
  readonly retryable: boolean;
  readonly cause: unknown;
}

/** The attempt's time ran out, before or after the answer began. */
export function timeoutFailure(milliseconds: number, answered: boolean): Failure {
  const within = `within ${String(milliseconds / 1000)} s`;
  return {
    code: 'timeout',
    what: answered ? `did not finish its answer ${within}` : `gave no answer ${within}`,
    hint: 'allow more time with --timeout',
    arrival: 'unknown',
    retryable: true,
    cause: undefined,
  };
}

/** The answer's body is shorter than declared, or its stream broke. */
export function truncatedFailure(cause: unknown): Failure {
  return {
    code: 'truncated',
    what: 'ended its answer half-way',
    hint: null,
    arrival: 'unknown',
    retryable: true,
    cause,
  };
}

/** The answer is longer than the client reads. */
export function tooLargeFailure(maxBytes: number): Failure {
  return {
    code: 'too_large',
    what: `sent an answer of more than ${String(maxBytes)} bytes`,
    hint: null,
    arrival: 'unknown',
    retryable: false,
    cause: undefined,
  };
}
