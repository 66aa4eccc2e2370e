import type { Context, Fetch, FetchAnswer, FetchInit, Transport } from '../context.ts';
import { openConnection, type Session } from './connect.ts';
import { createConnections, forChanges, forReads, type Connections } from './connections.ts';
import { exchangeOver } from './exchange.ts';
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
    const url = typeof input === 'string' ? new URL(input) : input;
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
  const request = {
    path: `${url.pathname}${url.search}`,
    method,
    headers: { 'accept-encoding': 'gzip', ...headers },
    body,
  };
  const answer = await connections(open, (client, { isLast, onEnd }) =>
    exchangeOver(client, { ...request, reset: isLast }, { signal, onEnd }),
  );
  const coding = answer.headers.get('content-encoding');
  const unpacked = coding === undefined ? answer.body : await unpack(answer.body, coding);
  return { ...answer, body: { getReader: () => unpacked } };
}
