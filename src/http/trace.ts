import type { AnswerHeaders } from './request.ts';

const headerNames = ['x-trace-id', 'x-request-id', 'x-correlation-id'];

/** The id under which the provider's staff can find the exchange, from the answer's headers; null when there is none. */
export function traceIdOf(headers: AnswerHeaders): string | null {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get('traceparent') ?? '')?.[1];
  const ids = [parent, ...headerNames.map((name) => headers.get(name))];
  return ids.map((id) => readTraceId(id ?? null)).find((id) => id !== null) ?? null;
}

/** A trace id as it may be shown; null for one of zeros only, which says that tracing is off (contracts/nscale.md 5). */
export function readTraceId(id: string | null): string | null {
  return id !== null && /^[\w.:/-]{1,128}$/.test(id) && !/^[0-]+$/.test(id) ? id : null;
}
