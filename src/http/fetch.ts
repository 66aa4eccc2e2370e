import type { Readable } from 'node:stream';

import request from 'undici/lib/api/api-request.js';

import type { BodyReader, Context, Fetch, FetchAnswer, FetchInit, Transport } from '../context.ts';
import { openConnection, type Session } from './connect.ts';
import { createConnections, forChanges, forReads, type Connections } from './connections.ts';
import { MemoryError } from './failure.ts';
import { unpack } from './unpack.ts';

/**
 * The program's `fetch`, over undici's client. Unpacks bodies and keeps connections; follows no redirect and repeats
 * nothing. Rejects with a `ConnectError` where no connection came about, else with an error of Node or undici.
 */
export function createFetch({ timeout, nodeVersion }: Pick<Context, 'timeout' | 'nodeVersion'>): Fetch {
  const hosts = new Map<Transport, Map<string, Host>>();
  let ready: Promise<void> | null = null;
  return async (input, init = {}) => {
    await (ready ??= prepare(nodeVersion));
    const url = new URL(input);
    const transport = init.transport ?? plain;
    const origins = hosts.get(transport) ?? new Map<string, Host>();
    hosts.set(transport, origins);
    const host = origins.get(url.origin) ?? createHost(timeout);
    origins.set(url.origin, host);
    return exchange(url, init, { host, transport, timeout });
  };
}

const plain: Transport = { proxy: null, secureContext: null };

/**
 * Makes V8 ready for undici's parser, which is WebAssembly. On Node 20, V8 would spend 100 ms on optimising it, mostly after
 * the work is done.
 * @throws MemoryError where a limit of the address space (`ulimit -v`) leaves too little for any WebAssembly
 */
async function prepare(nodeVersion: string): Promise<void> {
  if (nodeVersion.startsWith('20.')) {
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--liftoff-only');
  }
  try {
    // V8 reserves 8 GiB of addresses for one, so that it need not check bounds.
    void new WebAssembly.Memory({ initial: 1 });
  } catch (error) {
    throw new MemoryError('no WebAssembly', { cause: error });
  }
}

/** The connections to one origin. A change never takes one that a read has used, whose server may be about to end it. */
interface Host {
  readonly reads: Connections;
  readonly changes: Connections;
  readonly session: Session;
}

function createHost(timeout: Context['timeout']): Host {
  return { reads: createConnections(forReads, timeout), changes: createConnections(forChanges, timeout), session: {} };
}

interface Way {
  readonly host: Host;
  readonly transport: Transport;
  readonly timeout: Context['timeout'];
}

async function exchange(url: URL, init: FetchInit, { host, transport, timeout }: Way): Promise<FetchAnswer> {
  const { method = 'GET', headers = {}, body = null, signal = null, onConnecting = () => undefined } = init;
  const isRepeatable = init.isRepeatable ?? method === 'GET';
  const [connections, { keepMs }] = isRepeatable ? [host.reads, forReads] : [host.changes, forChanges];
  async function open(): ReturnType<typeof openConnection> {
    const { session } = host;
    const client = await openConnection(url, { timeout, signal, session, keepMs, onPeer: onConnecting, ...transport });
    onConnecting(null);
    return client;
  }
  const answer = await connections(open, (client, isLast) =>
    request.call(client, {
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'accept-encoding': 'gzip', ...headers },
      body,
      signal,
      reset: isLast,
      responseHeaders: 'raw',
    }),
  );
  const received = joined(answer.headers);
  const unpacked = await unpack(answer.body, received.get('content-encoding') ?? '');
  return { status: answer.statusCode, headers: received, body: { getReader: () => readerOf(unpacked) } };
}

/** Names and values in turn as a map; names in lower case, the values of a repeated one joined. */
function joined(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function readerOf(body: Readable): BodyReader {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return {
    read: async () => {
      const { done = false, value } = await chunks.next();
      return { done, value };
    },
    cancel: async () => {
      body.destroy();
    },
  };
}
