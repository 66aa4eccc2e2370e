import type { Intercept } from '../../harness/runai.ts';

/** A refusal or failure in Run:ai's envelope. */
export function problem(status: number, message: string): Response {
  return Response.json({ code: status, message }, { status });
}

/** What Run:ai says to a caller without the right. */
export function forbidden(): Response {
  return problem(403, 'Lack of permissions');
}

/** What Run:ai says to a token it does not take. */
export function unauthorized(): Response {
  return problem(401, 'Issuer is not familiar');
}

/** What Run:ai says when it does not know what went wrong. */
export function serverError(): Response {
  return problem(500, 'Something went wrong');
}

/** The network breaks the connection. */
export function lost(): Response {
  return Response.error();
}

/** The user interface, or a gateway's page. */
export function page(status: number): Response {
  return new Response('<!doctype html><html></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  });
}

export interface Fault {
  readonly method: string;
  /** The end of the path; default: any. */
  readonly path?: string;
  /** Which of the matching requests it hits, from 1; default: all. */
  readonly hits?: readonly number[];
  /** Whether the control plane does what it was asked before the fault; default: not. */
  readonly done?: boolean;
  readonly answer: () => Response;
}

/** Faults between the program and its control plane; whatever none of them hits goes through. */
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

/** Pages hold at most so many items, whatever is asked for. */
export function pagesOf(most: number): Intercept {
  return (request, next) => {
    const url = new URL(request.url);
    if (url.searchParams.has('limit')) url.searchParams.set('limit', String(most));
    return next(new Request(url, request));
  };
}

/** The list of accounts shows this client id for all of them. */
export function withClientId(clientId: string): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    if (request.method !== 'GET' || !request.url.endsWith('/service-accounts')) return answer;
    const items = (await answer.json()) as object[];
    return Response.json(items.map((item) => Object.assign(item, { clientId })));
  };
}
