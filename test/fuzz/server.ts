import type { Fetch } from '../../src/context.ts';
import { finite } from './body.ts';
import type { Answer, Body, Reaction, ServerScript } from './scenario.ts';
import { startServices, type ServiceName } from './services.ts';

/** What the services saw of one command after another. */
export interface ServerLog {
  /** Requests of the command that runs now. */
  requests: number;
  /** Those of them that change something. */
  mutations: number;
  /** Those of them that were done. */
  changes: number;
  /** Whether an answer said something untrue: then nothing can be concluded from what the program says. */
  hasLied: boolean;
  readonly issued: readonly string[];
  readonly accessTokens: readonly string[];
}

/** What a request is answered with, once the service has done what it does. */
export interface Exchange {
  readonly answer: Answer;
  /** The service's own answer. */
  readonly real: { readonly status: number; readonly text: string };
  /** Text with what it stands for in this request. */
  readonly fill: (text: string) => string;
}

export interface Server {
  readonly log: ServerLog;
  /** Gives the request to the service that its path begins with, as far as the script says so. */
  readonly exchange: (request: Request) => Promise<Exchange>;
}

/** More requests than any command has reason to make: it would go on forever. */
export const mostRequests = 3000;

export function startServer(script: ServerScript, onRequest: (log: ServerLog) => void): Server {
  const { emulators, issued, accessTokens } = startServices(script);
  const log: ServerLog = {
    requests: 0,
    mutations: 0,
    changes: 0,
    hasLied: false,
    issued,
    accessTokens,
  };
  let reacted = 0;

  function next(request: Request): Reaction | null {
    const { reactions, goesOn, begins } = script;
    if (reacted === 0 && begins === 'with a change' && !isMutation(request)) return null;
    const at = reacted;
    reacted += 1;
    return reactions[goesOn ? Math.min(at, reactions.length - 1) : at] ?? null;
  }

  return {
    log,
    exchange: async (request) => {
      log.requests += 1;
      if (isMutation(request)) log.mutations += 1;
      onRequest(log);
      const reaction = next(request);
      const sent = await request.clone().text();
      const commits = reaction === null || reaction.commits || request.method === 'GET';
      const answer: Answer = reaction?.answer ?? plain;
      const real = commits ? await answerOf(emulators, request) : nothing;
      if (isMutation(request) && commits && real.status < 300) log.changes += 1;
      if (log.requests > mostRequests) return { answer: { kind: 'reset' }, real, fill };
      if (reaction !== null && isLie(request, commits, answer)) log.hasLied = true;
      return { answer, real, fill };

      function fill(text: string): string {
        const header = request.headers.get('authorization') ?? '';
        return text
          .replaceAll('$AUTH', header)
          .replaceAll('$TOKEN', header.slice(header.indexOf(' ') + 1))
          .replaceAll('$SENT', sent);
      }
    },
  };
}

const plain: Answer = { kind: 'http', status: 0, headers: [], body: { kind: 'real' } };

const nothing = { status: 200, text: '{}' };

/** Requests for access tokens change nothing. */
function isMutation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method !== 'GET' && !new URL(url).pathname.endsWith('/token');
}

/** Whether who believes the answer is deceived of what was done. */
function isLie(request: Request, commits: boolean, answer: Answer): boolean {
  if (answer.kind === 'raw') return true;
  if (answer.kind !== 'http') return false;
  const isTrue = answer.body.kind === 'real' && answer.status === 0;
  if (isTrue) return !commits;
  const { status } = answer;
  if (isMutation(request)) return commits ? status < 500 && status !== 0 : status < 400;
  // A list that lacks an account, or has another date in it.
  return status < 300 || status === 404;
}

async function answerOf(
  emulators: Readonly<Record<ServiceName, { fetch: (request: Request) => Promise<Response> }>>,
  request: Request,
): Promise<Exchange['real']> {
  const url = new URL(request.url);
  const [, name = '', path = '/'] = /^\/(nscale|runai|augment)(\/.*)$/.exec(url.pathname) ?? [];
  if (!isService(name)) return { status: 404, text: '' };
  url.pathname = path;
  const response = await emulators[name].fetch(new Request(url, request));
  return { status: response.status, text: await response.text() };
}

function isService(name: string): name is ServiceName {
  return ['nscale', 'runai', 'augment'].includes(name);
}

/** A fetch whose network is the server. `expire` lets the time of whoever waits run out. */
export function memoryFetch(server: Server, origin: string, expire: () => void): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== origin) throw noSuchHost();
    init?.signal?.throwIfAborted();
    return respond(await server.exchange(request), expire);
  };
}

/** What fetch says of a host that does not exist. */
export function noSuchHost(): TypeError {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
  return new TypeError('fetch failed', { cause });
}

function reset(): TypeError {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return new TypeError('fetch failed', { cause });
}

async function respond({ answer, real, fill }: Exchange, expire: () => void): Promise<Response> {
  if (answer.kind === 'reset' || answer.kind === 'raw') throw reset();
  if (answer.kind === 'silence') {
    setImmediate(expire);
    return new Promise(() => undefined);
  }
  const status = Math.min(599, Math.max(200, answer.status === 0 ? real.status : answer.status));
  const body = [204, 205, 304].includes(status)
    ? null
    : streamOf(answer.body, { real: real.text, fill, expire });
  return new Response(body, { status, headers: headersOf(answer.headers, fill) });
}

function headersOf(pairs: readonly (readonly [string, string])[], fill: Exchange['fill']): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    try {
      headers.append(name, fill(value));
    } catch {
      // No header can carry it, here as on a socket.
    }
  }
  return headers;
}

interface StreamOptions {
  readonly real: string;
  readonly fill: Exchange['fill'];
  readonly expire: () => void;
}

function streamOf(
  body: Body,
  { real, fill, expire }: StreamOptions,
): Uint8Array | ReadableStream<Uint8Array> {
  const whole = finite(body.kind === 'text' ? { ...body, text: fill(body.text) } : body, real);
  if (body.kind === 'cut' && body.breaks) return breaking(whole ?? Buffer.alloc(0));
  if (whole !== null) return new Uint8Array(whole);
  if (body.kind === 'drip') return dripping(body.text, expire);
  const text = body.kind === 'endless' ? body.text : '';
  const chunk = new TextEncoder().encode(
    text.repeat(Math.ceil(262_144 / Math.max(1, text.length))),
  );
  return new ReadableStream({ pull: (stream) => stream.enqueue(chunk) });
}

function breaking(start: Uint8Array): ReadableStream<Uint8Array> {
  let hasBegun = start.length === 0;
  return new ReadableStream({
    pull: (stream) => {
      if (hasBegun) stream.error(new TypeError('terminated'));
      else stream.enqueue(start);
      hasBegun = true;
    },
  });
}

function dripping(text: string, expire: () => void): ReadableStream<Uint8Array> {
  let hasBegun = false;
  return new ReadableStream({
    pull: (stream) => {
      if (!hasBegun) {
        hasBegun = true;
        stream.enqueue(new TextEncoder().encode(text));
        return undefined;
      }
      setImmediate(expire);
      return new Promise(() => undefined);
    },
  });
}
