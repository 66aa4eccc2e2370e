import { Hono } from 'hono';

import { operations, type FaultStatus, type FaultSubject, type FaultOperation } from './faults/fault.ts';

/** A web-standard application: what a server does, without the server. */
export interface Emulator {
  readonly fetch: (request: Request) => Promise<Response>;
}

export interface EmulatorOptions<State> {
  /** Changed in place. */
  readonly state: State;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after each change, before it is answered. */
  readonly save?: () => Promise<void>;
  /** Ids of new accounts. */
  readonly newId?: () => string;
  /** New credentials. */
  readonly newSecret?: () => string;
}

/** A request as the checks and handlers of a service see it. */
export interface ServiceCall {
  readonly url: URL;
  readonly headers: Headers;
  /** What the request's path has for each `:name` of the route's. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The body; empty when there is none. */
  readonly text: string;
}

/** A provider's API as data: its emulator and what faults know of it are made from this. */
export interface Service<Deployment, Needs, Caller> {
  readonly routes: readonly Route<Deployment, Needs, Caller>[];
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** The messages of refusals that have none of their own, and of faults. */
  readonly messages: Readonly<Record<FaultStatus | 404, string> & Partial<Record<RefusalStatus, string>>>;
  /** Who the caller is, once the request may do what its route needs. @throws Refusal */
  readonly admit: (call: ServiceCall, needs: Needs, deployment: Deployment) => Caller;
  /** The body of an error, and its headers besides those of every answer. */
  readonly problem: (
    refusal: Refusal,
    message: string,
    url: URL,
  ) => { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };
}

export interface Route<Deployment, Needs, Caller> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** e.g. `/api/v1/apps/:id` */
  readonly path: string;
  /** What faults call it. Default: `read` for a GET; any other request without one is hit by `*` only. */
  readonly operation?: FaultOperation;
  /** What the caller must be or have. */
  readonly needs: Needs;
  /** Of a success. Default 200. */
  readonly status?: number;
  /** Whether a success has no body. Default: when its status is 204. */
  readonly isEmpty?: true;
  /** The refusals of `handle` that are answered; any other ends the connection without a byte. Default: all. */
  readonly declared?: readonly RefusalStatus[];
  /** The refusal of an expired credential. Default: 401 with the service's message. */
  readonly expired?: () => Refusal;
  /** Makes the change and returns the JSON of the answer; the state is saved afterwards. @throws Refusal */
  readonly handle: (call: ServiceCall, caller: Caller, deployment: Deployment) => unknown;
}

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503;

/** Ends the handling of a request with an error of the provider's shape. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  /** The error code, for the errors whose status does not tell it; else null. */
  readonly code: string | null;

  /** @param message default: the service's for this status */
  constructor(status: RefusalStatus, message?: string, code: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Ends the connection without a byte of an answer. */
export class Dropped extends Error {}

/** Makes the emulator of a service; a path without a route is 404. @param save called after each change, before the answer */
export function createEmulator<Deployment, Needs, Caller>(
  service: Service<Deployment, Needs, Caller>,
  deployment: Deployment,
  save?: () => Promise<void>,
): Emulator {
  const { headers } = service;
  const app = new Hono();
  const dropped = new WeakSet<Request>();
  app.onError((error, { req }) => {
    if (error instanceof Dropped) dropped.add(req.raw);
    return refuse(service, error instanceof Refusal ? error : new Refusal(500), req.url);
  });
  app.notFound(({ req }) => refuse(service, new Refusal(404), req.url));
  for (const { method, path, needs, status = 200, isEmpty = status === 204, declared, handle } of service.routes) {
    app.on(method, path, async ({ req }) => {
      const call: ServiceCall = {
        url: new URL(req.url),
        headers: req.raw.headers,
        parameters: req.param(),
        // As it was sent: a BOM is part of it.
        text: utf8.decode(await req.arrayBuffer()),
      };
      const caller = service.admit(call, needs, deployment);
      const body = answered(declared, () => handle(call, caller, deployment));
      if (method !== 'GET') await save?.();
      return isEmpty ? new Response(null, { status, headers }) : Response.json(body, { status, headers });
    });
  }
  return {
    fetch: async (request) => {
      const response = await app.fetch(request);
      if (dropped.has(request)) throw connectionReset();
      return response;
    },
  };
}

/** What a handler returns. @throws Refusal; Dropped for a refusal that the route does not declare */
function answered(declared: Route<unknown, unknown, unknown>['declared'], handle: () => unknown): unknown {
  try {
    return handle();
  } catch (error) {
    if (error instanceof Refusal && declared?.includes(error.status) === false) throw new Dropped();
    throw error;
  }
}

/** What fetch rejects with when the peer resets the connection before it answered. */
export function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: resetCause() });
}

export function resetCause(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

function refuse<Deployment, Needs, Caller>(
  service: Service<Deployment, Needs, Caller>,
  refusal: Refusal,
  url: string,
): Response {
  const { status } = refusal;
  const message = refusal.message === '' ? (service.messages[status] ?? '') : refusal.message;
  const { body, headers } = service.problem(refusal, message, new URL(url));
  return Response.json(body, { status, headers: { ...service.headers, ...headers } });
}

/** A service as faults see it. */
export function faultSubjectOf<Deployment, Needs, Caller>(service: Service<Deployment, Needs, Caller>): FaultSubject {
  const routes = service.routes.map(({ method, path, operation, status, isEmpty = status === 204, expired }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
    operation: operation ?? (method === 'GET' ? 'read' : null),
    isEmpty,
    expired,
  }));
  function routeOf({ method, url }: Request): (typeof routes)[number] | undefined {
    const { pathname } = new URL(url);
    return routes.find((route) => route.method === method && route.pattern.test(pathname));
  }
  return {
    operations: operations.filter((name) => routes.some(({ operation }) => operation === name)),
    bodiless: operations.filter((name) => routes.some(({ operation, isEmpty }) => operation === name && isEmpty)),
    operationOf: (request) => routeOf(request)?.operation ?? (request.method === 'GET' ? 'read' : null),
    refuse: (request, status) => {
      const expired = status === 401 ? routeOf(request)?.expired : undefined;
      return refuse(service, expired?.() ?? new Refusal(status), request.url);
    },
  };
}
