import type { AddressInfo, Server, Socket } from 'node:net';

export interface Loopback {
  /** Starts listening on a free port, which it returns. */
  readonly listen: (server: Server) => Promise<number>;
  /** Ends all servers and their connections. */
  readonly close: () => Promise<void>;
}

/** Servers on 127.0.0.1 for one test file. */
export function loopback(): Loopback {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  return {
    listen: async (server) => {
      servers.push(server);
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return portOf(server.address());
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.splice(0).map(closeServer));
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('this test expects a TCP port');
}
