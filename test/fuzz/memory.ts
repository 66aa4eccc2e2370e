import type { Fetch } from '../harness/fetch.ts';
import { finite } from './body.ts';
import type { Body } from './scenario.ts';
import type { Exchange, Server } from './server.ts';

/** A fetch whose network is the server. `expire` makes the time of those who wait run out. */
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
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
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
  const body = [204, 205, 304].includes(status) ? null : streamOf(answer.body, { real: real.text, fill, expire });
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

function streamOf(body: Body, { real, fill, expire }: StreamOptions): Uint8Array | ReadableStream<Uint8Array> {
  const whole = finite(body.kind === 'text' ? { ...body, text: fill(body.text) } : body, real);
  if (body.kind === 'cut' && body.breaks) return breaking(whole ?? Buffer.alloc(0));
  if (whole !== null) return new Uint8Array(whole);
  if (body.kind === 'drip') return dripping(body.text, expire);
  const text = body.kind === 'endless' ? body.text : '';
  const chunk = new TextEncoder().encode(text.repeat(Math.ceil(262_144 / Math.max(1, text.length))));
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
