import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Transform } from 'node:stream';
import type * as zlibModule from 'node:zlib';

import type { BodyReader, Context, Fetch, FetchAnswer, FetchInit } from '../context.ts';
import { createSchemes, type HttpScheme } from './schemes.ts';

const connectTimeoutMs = 10_000;

/**
 * `fetch` over Node's own `http` and `https`, which are loaded in a tenth of the time of what is behind global `fetch`
 * (docs/decisions/transport.md). Unpacks bodies and keeps connections; follows no redirect and knows no proxy. Rejects
 * with the errors of Node; a host that cannot be reached within 10 s is `ETIMEDOUT` of `connect`.
 */
export function createDirectFetch(timeout: Context['timeout']): Fetch {
  const schemeOf = createSchemes(timeout);
  return async (input, init = {}) => {
    const url = new URL(input);
    return exchange(await schemeOf(url, init.secureContext), url, { init, timeout });
  };
}

function exchange(
  { request: open, agentFor, ready }: HttpScheme,
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
  request: ReturnType<HttpScheme['request']>,
  { socket, ready, timeout }: { socket: Socket; timeout: Context['timeout'] } & Pick<HttpScheme, 'ready'>,
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
  return { status: message.statusCode ?? 0, headers: headersOf(message), body: { getReader: () => reader } };
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

export interface FetchOptions extends Pick<Context, 'timeout' | 'nodeVersion'> {
  /** Global `fetch`. */
  readonly globalFetch: Fetch;
}

/** The program's `fetch`: the global one where a dispatcher is to take the request, else a direct one. */
export function createFetch({ timeout, nodeVersion, globalFetch }: FetchOptions): Fetch {
  const direct = createDirectFetch(timeout);
  let ready: Promise<void> | null = null;
  return async (input, init) => {
    if (init?.dispatcher === undefined) return direct(input, init);
    await (ready ??= quicken(nodeVersion));
    return globalFetch(input, init);
  };
}

/** On Node 20, V8 spends 100 ms on optimising the wasm parser of fetch, mostly after the work is done. */
async function quicken(nodeVersion: string): Promise<void> {
  if (!nodeVersion.startsWith('20.')) return;
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--liftoff-only');
}

/** More is not read by fetch either: every one can make a thousand times as much of what it is given. */
const mostCodings = 5;

type Zlib = typeof zlibModule;

const unpackers: ReadonlyMap<string, (zlib: Zlib) => Transform> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', unbrotli],
]);

// All are flushed at the end, as fetch does: what is whole but for its end may hold a credential, and HTTP says itself
// where an answer ends.

function gunzip({ constants: { Z_SYNC_FLUSH: flush }, createGunzip }: Zlib): Transform {
  return createGunzip({ flush, finishFlush: flush });
}

function inflate({ constants: { Z_SYNC_FLUSH: flush }, createInflate }: Zlib): Transform {
  return createInflate({ flush, finishFlush: flush });
}

function unbrotli({ constants, createBrotliDecompress }: Zlib): Transform {
  const flush = constants.BROTLI_OPERATION_FLUSH;
  return createBrotliDecompress({ flush, finishFlush: flush });
}

/**
 * The body without its content codings; as it is where one of them is unknown. Others than gzip are not asked for, and come
 * all the same from gateways that do not care: the answer to a change comes only once.
 */
async function unpack(message: IncomingMessage): Promise<Readable> {
  const codings = codingsOf(message);
  const known = codings.map((coding) => unpackers.get(coding)).filter((one) => one !== undefined);
  if (known.length === 0 || known.length < codings.length || known.length > mostCodings) return message;
  const [zlib, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  let body: Readable = message;
  // What breaks is told by the stream that is read.
  for (const create of known) body = pipeline(body, create(zlib), () => undefined);
  return body;
}

/** In lower case, the outermost first. */
function codingsOf({ headers }: IncomingMessage): string[] {
  const value = headers['content-encoding']?.toLowerCase() ?? '';
  const codings = value.split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== '' && coding !== 'identity').toReversed();
}
