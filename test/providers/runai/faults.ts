import type { RunaiState } from '../../../src/sandbox/runai/state.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { lost } from '../faults.ts';

/** A refusal or failure in Run:ai's envelope. */
export function problem(status: number, message: string): Response {
  return Response.json({ code: status, message }, { status });
}

/** An error of the v2 token endpoint. */
export function oauth(status: number, error: string, description?: string): Response {
  return Response.json({ error, error_description: description }, { status });
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
  return new Response('<!doctype html><html></html>', { status, headers: { 'content-type': 'text/html' } });
}

/** Pages hold at most so many items, whatever is asked for. */
export function pagesOf(most: number): Intercept {
  return (request, next) => {
    const url = new URL(request.url);
    if (url.searchParams.has('limit')) url.searchParams.set('limit', String(most));
    return next(new Request(url, request));
  };
}

/** Accounts that are created here get a client id that is not their name. */
export function withClientId(state: RunaiState, clientId: string): Intercept {
  return async (request, next) => {
    const known = new Set(state.accounts.map(({ id }) => id));
    const answer = await next(request);
    state.accounts = state.accounts.map((account) => (known.has(account.id) ? account : { ...account, clientId }));
    return answer;
  };
}

/** The answer to a matching request is lost, and meanwhile somebody else has replaced this client's secret. */
export function losingBoth(state: RunaiState, { clientId, path }: { clientId: string; path: string }): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    if (request.method !== 'POST' || !request.url.endsWith(path)) return answer;
    for (const account of state.accounts) {
      if (account.clientId === clientId) account.secretHash = null;
    }
    return lost();
  };
}

/** A time-out of our own while the server is at work on such a request. */
export function timingOut(method: string, path: string): typeof fetch {
  return async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    const request = new Request(input, init);
    if (request.method !== method || !request.url.endsWith(path)) return answer;
    throw new TypeError('fetch failed', {
      cause: Object.assign(new Error('timed out'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
    });
  };
}
