import type { Intercept } from '../../harness/nscale.ts';

/** A refusal or failure in nscale's own shape. */
export function problem(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status });
}

/** What nscale says to a write that meets another one. */
export function conflict(): Response {
  return problem(409, 'conflict', 'the requested resource already exists');
}

/** What nscale's router and its handlers say of anything that is not there. */
export function missing(): Response {
  return problem(404, 'not_found', 'resource not found');
}

/** What nscale says to a caller without the right. */
export function forbidden(): Response {
  return problem(403, 'forbidden', 'operation is not allowed by rbac');
}

/** What nscale says when it does not know what went wrong. */
export function serverError(): Response {
  const description = 'an internal error has occurred, please contact support';
  return problem(500, 'server_error', description);
}

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
  /** Whether the deployment does what it was asked before the fault; default: not. */
  readonly done?: boolean;
  readonly answer: () => Response;
}

/** Faults between the program and its deployment; whatever none of them hits goes through. */
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
