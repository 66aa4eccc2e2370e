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

/** The user interface, or a gateway's page. */
export function page(status: number): Response {
  return new Response('<!doctype html><html></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  });
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
