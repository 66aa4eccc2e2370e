import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

import Client from 'undici/lib/dispatcher/client.js';

import type { Context, Peer, Proxy, Transport } from '../context.ts';
import { ConnectError, TunnelRefusal } from './failure.ts';

/** In milliseconds, for all of it: address, proxy, tunnel, TLS. */
const connectTimeoutMs = 10_000;

/**
 * What one address of a host gets before the next is tried beside it. Node's 250 ms are less than a far host takes, which
 * then cannot be reached at all.
 */
const addressTimeoutMs = 1500;

export interface ConnectOptions extends Transport {
  readonly timeout: Context['timeout'];
  readonly signal: AbortSignal | null;
  /** Called with whom a connection is being made to: the proxy, then the service. */
  readonly onPeer: (peer: Peer) => void;
  /** A TLS session of an earlier connection, which saves a part of the next handshake. */
  readonly session: Session;
  /** Milliseconds after which undici closes the connection when nothing is asked; the system's clock. */
  readonly keepMs: number;
}

export interface Session {
  ticket?: Buffer;
}

/**
 * A new connection to the origin of a URL, through the proxy where there is one, ready for a request.
 * @throws ConnectError when there is none within 10 s of the context's clock, or before `signal` is aborted
 */
export async function openConnection(url: URL, options: ConnectOptions): Promise<Client> {
  let peer: Peer = { proxy: options.proxy };
  const clock = options.timeout(connectTimeoutMs);
  const { signal } = options;
  try {
    const socket = await connect(url, {
      ...options,
      signal: signal === null ? clock.signal : AbortSignal.any([clock.signal, signal]),
      onPeer: (next) => {
        peer = next;
        options.onPeer(next);
      },
    });
    return clientOver(socket, url.origin, options.keepMs);
  } catch (error) {
    const cause = clock.signal.aborted && signal?.aborted !== true ? tooLate() : error;
    throw new ConnectError(peer.proxy, cause);
  } finally {
    clock.clear();
  }
}

function tooLate(): Error {
  const error = new Error(`no connection within ${connectTimeoutMs} ms`);
  return Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' });
}

interface Connecting extends ConnectOptions {
  readonly signal: AbortSignal;
}

async function connect(url: URL, options: Connecting): Promise<Socket> {
  const { proxy, secureContext, signal, session, onPeer } = options;
  onPeer({ proxy });
  let socket: Socket;
  if (proxy === null) {
    socket = await reach(url, signal);
  } else {
    const proxyUrl = new URL(proxy.url);
    socket = await reach(proxyUrl, signal);
    const host = hostOf(proxyUrl);
    if (proxyUrl.protocol === 'https:') socket = await secure(socket, { host, secureContext, signal });
    socket = await openTunnel(socket, url, proxy, signal);
    onPeer({ proxy: null });
  }
  if (url.protocol === 'http:') return socket;
  return secure(socket, { host: hostOf(url), secureContext, signal, session });
}

function reach(url: URL, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({
    host: hostOf(url),
    port: portOf(url),
    noDelay: true,
    keepAlive: true,
    autoSelectFamilyAttemptTimeout: addressTimeoutMs,
  });
  return whenReady(socket, 'connect', signal);
}

interface SecureOptions {
  readonly host: string;
  readonly secureContext: SecureContext | null;
  readonly signal: AbortSignal;
  readonly session?: Session;
}

async function secure(socket: Socket, { host, secureContext, signal, session = {} }: SecureOptions): Promise<Socket> {
  const { connect: connectTls } = await import('node:tls');
  const secured = connectTls({
    socket,
    host,
    // Only a name may be sent (RFC 6066 3); Node warns on stderr of an address.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(session.ticket === undefined ? {} : { session: session.ticket }),
    ...(secureContext === null ? {} : { secureContext }),
  });
  secured.on('session', (ticket) => (session.ticket = ticket));
  return whenReady(secured, 'secureConnect', signal);
}

/** The socket as soon as it said so; destroyed where it fails or the wait ends first. */
async function whenReady(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> {
  // An error without a listener would end the program. Node leaves a socket open after an alert of TLS, and what comes then
  // would hide it.
  socket.on('error', (error) => socket.destroy(error));
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Asks the proxy for a tunnel to the origin of `url`. */
async function openTunnel(socket: Socket, url: URL, proxy: Proxy, signal: AbortSignal): Promise<Socket> {
  const { default: requestTunnel } = await import('undici/lib/api/api-connect.js');
  const host = `${url.hostname}:${portOf(url)}`;
  const tunnel = await requestTunnel.call(clientOver(socket, proxy.url, 1), {
    origin: proxy.url,
    path: host,
    headers: { host, ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization }) },
    signal,
  });
  // It leads through the socket that undici was given, whose parser has let go of it.
  if (tunnel.statusCode >= 200 && tunnel.statusCode < 300) return socket;
  socket.destroy();
  throw new TunnelRefusal(tunnel.statusCode, [tunnel.headers['proxy-authenticate'] ?? []].flat());
}

/** More than this in the headers of an answer ends its connection, as in Node itself. In bytes. */
const largestHead = 16 * 1024;

/**
 * undici's client for a socket that is open already, closed after `keepMs` without a request. It never opens another: what was
 * not written when the socket closed is rejected with `UND_ERR_DESTROYED`. No clock of undici's own ends a request.
 */
function clientOver(socket: Socket, origin: string, keepMs: number): Client {
  const client = new Client(origin, {
    connect: (_options, callback) => {
      queueMicrotask(() => {
        if (socket.destroyed) void client.destroy();
        callback(null, socket);
      });
    },
    maxHeaderSize: largestHead,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepMs,
    keepAliveMaxTimeout: keepMs,
    // What a server promises to wait, less this, is the other limit.
    keepAliveTimeoutThreshold: 500,
  });
  client.on('disconnect', () => void client.destroy());
  return client;
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.+)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
