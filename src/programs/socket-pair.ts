import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import type { Context } from '../context.ts';

/** The ends of a connection of this process with itself. */
export interface SocketPair {
  readonly near: Socket;
  /** Nothing is read from it before somebody asks for that. */
  readonly far: Socket;
}

/** Far more than it takes: nothing but this process is involved. */
const patienceMs = 2000;

/**
 * Connects this process with itself, for which Node has no call of its own; null where that cannot be done.
 * The connection is made by a name in Linux's abstract namespace (man 7 unix), so that nothing is on a disk. While the name is
 * there, any process of this machine could connect to it: the connection that is ours says 32 random bytes first, and all
 * others are dropped.
 */
export async function socketPair({
  platform,
  timeout,
}: Pick<Context, 'platform' | 'timeout'>): Promise<SocketPair | null> {
  if (platform !== 'linux') return null;
  const path = `\0sactl-${randomUUID()}`;
  const server = createServer({ allowHalfOpen: true });
  try {
    await once(server.listen(path), 'listening');
  } catch {
    return null;
  }
  const patience = timeout(patienceMs);
  try {
    return await connectOwn(server, path, patience.signal);
  } catch {
    return null;
  } finally {
    patience.clear();
    server.close();
  }
}

async function connectOwn(server: Server, path: string, signal: AbortSignal): Promise<SocketPair> {
  const nonce = randomBytes(32);
  const connections = new Set<Socket>();
  try {
    const accepted = acceptOwn(server, { nonce, connections, signal });
    const far = dial(path, nonce);
    connections.add(far);
    const [near] = await Promise.all([accepted, once(far, 'connect', { signal })]);
    connections.delete(near);
    connections.delete(far);
    return { near, far };
  } finally {
    for (const connection of connections) connection.destroy();
    server.on('connection', (late) => late.destroy());
  }
}

function dial(path: string, nonce: Uint8Array): Socket {
  const far = connect({ path, allowHalfOpen: true });
  far.on('error', () => undefined);
  // A socket reads as soon as it is connected, unless it is paused by then.
  far.pause();
  far.write(nonce);
  return far;
}

interface Acceptance {
  readonly nonce: Uint8Array;
  /** Those that were accepted. */
  readonly connections: Set<Socket>;
  readonly signal: AbortSignal;
}

/** The connection that says the nonce. */
function acceptOwn(server: Server, { nonce, connections, signal }: Acceptance): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', reject, { once: true });
    server.once('error', reject);
    server.on('connection', (socket) => {
      connections.add(socket);
      socket.on('error', () => undefined);
      socket.on('readable', () => {
        const said: unknown = socket.read(nonce.length);
        if (!(said instanceof Uint8Array) || said.length !== nonce.length || !timingSafeEqual(said, nonce)) return;
        socket.removeAllListeners('readable');
        resolve(socket);
      });
    });
  });
}
