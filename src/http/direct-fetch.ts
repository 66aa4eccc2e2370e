import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import type { BodyReader, Context, Fetch, FetchAnswer, FetchInit } from '../context.ts';
import { createSchemes, type Scheme } from './schemes.ts';
import { unpack } from './unpack.ts';

const connectTimeoutMs = 10_000;

/**
 * `fetch` over Node's own `http` and `https`, which are loaded in a tenth of the time of what is behind global `fetch`
 * (STYLE.md 1.7). Like it, unpacks bodies and keeps connections; follows no redirect, and knows no proxy. Rejects with the errors of Node; one who cannot be reached within 10 s is `ETIMEDOUT` of `connect`.
 */
export function createDirectFetch(timeout: Context['timeout']): Fetch {
  const schemeOf = createSchemes(timeout);
  return async (input, init = {}) => {
    const url = new URL(input);
    return exchange(await schemeOf(url, init.secureContext), url, { init, timeout });
  };
}

function exchange(
  { request: open, agentFor, ready }: Scheme,
  url: URL,
  { init, timeout }: { init: FetchInit; timeout: Context['timeout'] },
): Promise<FetchAnswer> {
  const { method = 'GET', body = null } = init;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      agent: agentFor(method === 'GET' ? 'read' : 'change'),
      method,
      headers: {
        ...init.headers,
        'accept-encoding': 'gzip',
        // Node itself leaves it out for a DELETE, whose body would be the start of another request then.
        ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      ...(init.signal ? { signal: init.signal } : {}),
    });
    // At once, before the same package brings an error: from here on what breaks is the body's to tell.
    request.once('response', (message) => {
      if (isAnswer(message)) resolve(answerOf(message, init.signal));
      else request.destroy(closedError());
    });
    request.on('error', reject);
    // Node tells of an answer in another protocol by nothing else.
    request.once('close', () => reject(closedError()));
    request.once('socket', (socket) => limitConnecting(request, { socket, ready, timeout }));
    request.end(body ?? undefined);
  });
}

function limitConnecting(
  request: ReturnType<Scheme['request']>,
  { socket, ready, timeout }: { socket: Socket; timeout: Context['timeout'] } & Pick<Scheme, 'ready'>,
): void {
  if (!socket.connecting) return;
  const clock = timeout(connectTimeoutMs);
  clock.signal.addEventListener('abort', () => {
    const error = new Error(`no connection within ${String(connectTimeoutMs)} ms`);
    request.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
  });
  socket.once(ready, clock.clear);
  request.once('close', clock.clear);
}

function closedError(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

/** Node passes on 101 where nothing is upgraded, and numbers that are no status: they say nothing of what was done. */
function isAnswer({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200;
}

async function answerOf(message: IncomingMessage, signal: FetchInit['signal']): Promise<FetchAnswer> {
  const reader = readerOf(await unpack(message), signal);
  return {
    status: message.statusCode ?? 0,
    headers: headersOf(message),
    body: { getReader: () => reader },
  };
}

/** Read from the raw ones: Node 20.19's object of them fails at a header with the name of one of its own properties. */
function headersOf({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function readerOf(body: Readable, signal: FetchInit['signal']): BodyReader {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return {
    read: async () => {
      const { done = false, value } = await chunks.next();
      // Node drops what has come of an answer that is given up, and has it end as if that were all.
      if (done) signal?.throwIfAborted();
      return { done, value };
    },
    cancel: async () => {
      body.destroy();
    },
  };
}
