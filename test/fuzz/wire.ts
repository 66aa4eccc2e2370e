import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { finite } from './body.ts';
import type { Answer, Body } from './scenario.ts';
import type { Exchange, Server } from './server.ts';

/** The server on a real port of this machine. */
export interface Wire {
  readonly origin: string;
  /** Sets what answers from now on, and what makes the time of those who wait run out. */
  readonly use: (server: Server, expire: () => void) => void;
  /** Ends all connections, so that none of them is used again. */
  readonly hangUp: () => void;
  readonly close: () => void;
}

export async function openWire(): Promise<Wire> {
  let current: { server: Server; expire: () => void } | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    if (current === null) incoming.socket.destroy();
    else answer(incoming, current).catch(() => incoming.socket.resetAndDestroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  function hangUp(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    use: (next, expire) => {
      current = { server: next, expire };
    },
    hangUp,
    close: () => {
      hangUp();
      server.close();
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  { server, expire }: { server: Server; expire: () => void },
): Promise<void> {
  const exchange = await server.exchange(await requestOf(incoming));
  const { socket } = incoming;
  const said = exchange.answer;
  if (said.kind === 'reset') socket.resetAndDestroy();
  else if (said.kind === 'silence') setTimeout(expire, 2);
  else if (said.kind === 'raw') sendRaw(socket, said, expire);
  else sendHttp(socket, { ...exchange, answer: said }, expire);
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { method = 'GET', url = '/' } = incoming;
  const body = chunks.length === 0 ? null : Buffer.concat(chunks);
  return new Request(`http://127.0.0.1${url}`, { method, headers, body });
}

function sendRaw(socket: Socket, { text, end }: Extract<Answer, { kind: 'raw' }>, expire: () => void): void {
  socket.write(Buffer.from(text, 'latin1'), () => {
    if (end === 'close') socket.end();
    else if (end === 'reset') socket.resetAndDestroy();
    else setTimeout(expire, 5);
  });
}

type HttpExchange = Exchange & { readonly answer: Extract<Answer, { kind: 'http' }> };

function sendHttp(socket: Socket, { answer: said, real, fill }: HttpExchange, expire: () => void) {
  const { status, headers, body } = said;
  const whole = finite(body.kind === 'text' ? { ...body, text: fill(body.text) } : body, real.text);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const length =
    whole === null || names.has('content-length') || names.has('transfer-encoding')
      ? []
      : [`content-length: ${String(whole.length)}`];
  const encoding = body.kind === 'bomb' ? [`content-encoding: ${gzips(body.layers)}`] : [];
  const lines = headers.map(([name, value]) => `${name}: ${fill(value)}`.replaceAll(/[\r\n]/g, ''));
  const head = [`HTTP/1.1 ${String(status === 0 ? real.status : status)} Whatever`, ...lines];
  socket.write(Buffer.from(`${[...head, ...length, ...encoding].join('\r\n')}\r\n\r\n`, 'latin1'));
  if (whole === null) sendEndless(socket, body, expire);
  else sendWhole(socket, whole, body.kind === 'cut' && body.breaks);
}

function gzips(layers: number): string {
  return Array.from({ length: layers }, () => 'gzip').join(', ');
}

function sendWhole(socket: Socket, whole: Buffer, breaks: boolean): void {
  socket.write(whole, () => {
    if (breaks) socket.resetAndDestroy();
    // What the answer itself says of its length decides when it ends; this is for when it says none.
    else socket.end();
  });
}

function sendEndless(socket: Socket, body: Body, expire: () => void): void {
  if (body.kind === 'drip') {
    socket.write(body.text, () => setTimeout(expire, 5));
    return;
  }
  const text = body.kind === 'endless' ? body.text : '';
  const chunk = Buffer.from(text.repeat(Math.ceil(262_144 / Math.max(1, text.length))));
  function more(error?: Error | null): void {
    if (!error && !socket.destroyed) socket.write(chunk, more);
  }
  more();
}
