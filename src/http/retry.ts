import type { Outcome } from './attempt.ts';
import { isSafe, type AnswerHeaders, type HttpRequest } from './request.ts';

const backoffMs = [500, 1000, 2000];
const longestWaitMs = 60_000;
const passingStatuses = new Set([502, 503, 504]);

export interface RetryQuestion {
  readonly request: HttpRequest;
  readonly outcome: Exclude<Outcome, { kind: 'stopped' }>;
  /** How often it was repeated already. */
  readonly repeats: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Milliseconds to wait before the request is sent again, null when it must not be. A request that changes something is
 * repeated only where it certainly did not arrive, or was refused unread (DESIGN.md 6, step 3).
 */
export function repeatDelay({ request, outcome, repeats, now }: RetryQuestion): number | null {
  const backoff = backoffMs[repeats];
  if (backoff === undefined || !mayRepeat(request, outcome)) return null;
  const asked = outcome.kind === 'answer' ? retryAfter(outcome.answer.headers, now) : null;
  return Math.min(asked ?? backoff, longestWaitMs);
}

function mayRepeat(request: HttpRequest, outcome: RetryQuestion['outcome']): boolean {
  if (outcome.kind === 'answer') {
    const { status } = outcome.answer;
    return status === 429 || (isSafe(request) && passingStatuses.has(status));
  }
  const { arrival, retryable } = outcome.failure;
  return retryable && (arrival === 'not-sent' || isSafe(request));
}

/** Milliseconds from `Retry-After`, given in seconds or as an HTTP date; null when it is absent or neither. */
export function retryAfter(headers: AnswerHeaders, now: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse alone takes almost anything for a date.
  const date = /^[A-Z][a-z]{2,8},? .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
