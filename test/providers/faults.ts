import type { Intercept } from '../harness/deployment.ts';

/** The network breaks the connection. */
export function lost(): Response {
  return Response.error();
}

export interface Fault {
  readonly method: string;
  /** The end of the path; default: any. */
  readonly path?: string;
  /** Which of the matching requests it hits, from 1; default: all. */
  readonly hits?: readonly number[];
  /** Whether the provider does what it was asked before the fault; default: not. */
  readonly done?: boolean;
  readonly answer: () => Response;
}

/** Faults between the program and its provider; whatever none of them hits goes through. */
export function faults(...list: readonly Fault[]): Intercept {
  const counts = new Map<Fault, number>();
  return async (request, next) => {
    const fault = list.find((candidate) => matches(candidate, request, counts));
    if (fault === undefined) return next(request);
    if (fault.done === true) await next(request);
    return fault.answer();
  };
}

function matches(fault: Fault, request: Request, counts: Map<Fault, number>): boolean {
  const { pathname } = new URL(request.url);
  if (request.method !== fault.method || !pathname.endsWith(fault.path ?? '')) return false;
  const count = (counts.get(fault) ?? 0) + 1;
  counts.set(fault, count);
  return fault.hits?.includes(count) ?? true;
}
