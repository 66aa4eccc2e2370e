import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { FailedError } from '../errors.ts';
import type { Emulator } from './emulator.ts';

export interface RunningServer {
  /** e.g. `http://127.0.0.1:8642` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves an application on 127.0.0.1; port 0 takes a free one. A handler that throws resets the connection without an
 * answer, and a body whose stream breaks ends it in the middle, as a broken network does. What cannot be handed to the
 * application is answered here: 405 for a method that fetch does not know, 400 for a request that is none.
 * @throws FailedError when the port cannot be had
 */
export async function serve(app: Emulator, { port }: { port: number }): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => {
    respond(app, incoming, outgoing).catch(() => {
      // An answer that began is ended, not reset: a reset could overtake what was sent.
      if (outgoing.headersSent) incoming.socket.destroy();
      else incoming.socket.resetAndDestroy();
    });
  });
  server.on('connect', (_, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portError(port, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(port: number, cause: Error & { code?: string }): FailedError {
  const why = cause.code === 'EADDRINUSE' ? 'something else listens there' : (cause.code ?? '');
  return new FailedError('port', `cannot listen on port ${port} of 127.0.0.1: ${why}`, {
    hint: 'give another one with --port, or 0 for any that is free',
    cause,
  });
}

async function respond(app: Emulator, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const request = toRequest(incoming, Buffer.concat(chunks));
  const response = request instanceof Request ? await app.fetch(request) : new Response(null, { status: request });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // The head must arrive even when the body breaks.
  outgoing.flushHeaders();
  if (response.body === null) outgoing.end();
  else await send(response.body, outgoing);
}

/** Writes each chunk out before it reads the next, so that the client gets all of what comes before a break. */
async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  for await (const chunk of body) {
    await new Promise<void>((resolve, reject) => {
      outgoing.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
  outgoing.end();
}

/** The request as fetch knows it, or the status that says why it cannot be one. */
function toRequest(incoming: IncomingMessage, body: Buffer): Request | 400 | 405 {
  const {
    method = 'GET',
    url: path = '/',
    headersDistinct,
    headers: { host = 'localhost' },
  } = incoming;
  if (method === 'TRACE') return 405;
  // A host that is more than a name would become a part of the path, or a password.
  if (!/^[\w.:[\]-]+$/.test(host)) return 400;
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(headersDistinct)) {
      for (const item of value ?? []) headers.append(name, item);
    }
    // Not resolved against a base: a path that begins with // would be a host.
    const url = new URL(path.startsWith('/') ? `http://${host}${path}` : path, `http://${host}`);
    const hasBody = method !== 'GET' && method !== 'HEAD';
    return new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
  } catch {
    return 400;
  }
}
