import type { Head } from './attempt.ts';
import type { Call } from './call.ts';
import { HttpError, type Arrival } from './error.ts';
import type { Failure } from './failure.ts';
import { isSafe } from './request.ts';
import { cannot } from './text.ts';
import { traceIdOf } from './trace.ts';

/** The error for an exchange that got no complete answer; `head` is what had come before it broke. */
export function failureError(
  { options, request }: Call,
  { failure, head, url }: { failure: Failure; head: Head | null; url: URL },
): HttpError {
  const subject = `${options.provider} at ${url.origin}`;
  const said = head === null ? failure.what : `answered ${String(head.status)}, but ${failure.what}`;
  return new HttpError(failure.code, cannot(request.purpose, `${subject} ${said}`), {
    arrival: failure.arrival,
    hint: failure.hint,
    provider: options.provider,
    status: head?.status ?? null,
    traceId: head === null ? null : traceIdOf(head.headers),
    retryable: failure.retryable,
    cause: failure.cause,
  });
}

/**
 * What to throw when nobody waits for the answer any more. The program's own interruption passes through as it is
 * ("nothing was changed") while that is true; a request with a signal of its own always gets an HttpError.
 */
export function stoppedError({ options, request, stop }: Call, arrival: Arrival): unknown {
  const reason: unknown = stop.reason;
  const changedNothing = arrival !== 'unknown' || isSafe(request);
  if (request.signal === undefined && changedNothing) return reason;
  const what = changedNothing
    ? 'interrupted before it was done'
    : `interrupted before ${options.provider} answered; it may have been done`;
  return new HttpError('aborted', cannot(request.purpose, what), {
    arrival,
    provider: options.provider,
    cause: reason,
  });
}
