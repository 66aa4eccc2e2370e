import type { Operation } from './fault.ts';

/** Where a provider takes an operation. */
export interface Route {
  readonly method: string;
  /** Matches the whole path. */
  readonly path: RegExp;
  readonly operation: Operation;
}

/** The operation of the first route that fits; `read` for any other GET, else null. */
export function matchRoute(routes: readonly Route[], { method, url }: Request): Operation | null {
  const { pathname } = new URL(url);
  const found = routes.find((route) => route.method === method && route.path.test(pathname));
  if (found !== undefined) return found.operation;
  return method === 'GET' ? 'read' : null;
}
