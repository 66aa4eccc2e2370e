import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Tunnels {
  /** Where tunnels were asked for, e.g. `api.sactl.test:443`. */
  readonly targets: (string | undefined)[];
  /** The Proxy-Authorization headers. */
  readonly authorizations: (string | undefined)[];
  readonly onConnect: (request: IncomingMessage, socket: Duplex) => void;
}

/** A proxy's part: whatever host is named, the tunnel leads to 127.0.0.1. */
export function tunnels(): Tunnels {
  const targets: (string | undefined)[] = [];
  const authorizations: (string | undefined)[] = [];
  return {
    targets,
    authorizations,
    onConnect: (request, socket) => {
      targets.push(request.url);
      authorizations.push(request.headers['proxy-authorization']);
      open(Number(request.url?.split(':').at(-1)), socket);
    },
  };
}

/** A tunnel to a port of 127.0.0.1 for somebody who asked for one. */
export function open(port: number, downstream: Duplex): void {
  const server: Socket = connect(port, '127.0.0.1', () => {
    downstream.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.pipe(downstream);
    downstream.pipe(server);
  });
  server.on('error', () => downstream.destroy());
  downstream.on('error', () => server.destroy());
}
