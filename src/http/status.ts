import type { Arrival, HttpErrorCode } from './error.ts';

const meanings = new Map([
  [400, 'the request is not valid'],
  [401, 'the credential was refused'],
  [403, 'the credential may not do this'],
  [404, 'not found'],
  [405, 'the method is not allowed'],
  [409, 'it conflicts with what exists'],
  [413, 'the request is too large'],
  [422, 'the request is not valid'],
  [429, 'too many requests'],
  [500, 'internal error'],
  [502, 'bad gateway'],
  [503, 'service unavailable'],
  [504, 'gateway time-out'],
]);

const codes = new Map<number, HttpErrorCode>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
  [429, 'rate_limited'],
]);

// 408 and 499 are what gateways say when they stopped waiting, possibly with the request already passed on.
const undecided = new Set([408, 499]);

/** A few words for a status, null for the rare ones. */
export function meaningOf(status: number): string | null {
  return meanings.get(status) ?? null;
}

/** The stable code for a complete answer with this status. */
export function codeOf(status: number): HttpErrorCode {
  return codes.get(status) ?? (status >= 500 ? 'server_error' : 'refused');
}

/** What a complete answer with this status, which is not a 2xx, says of its request. */
export function arrivalOf(status: number): Arrival {
  return status >= 500 || undecided.has(status) ? 'unknown' : 'refused';
}

/** Whether the same request may be answered otherwise the next time. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 425 || undecided.has(status);
}
