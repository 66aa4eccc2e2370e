import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { httpErrorOf, rotation, testClient, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { programFetch } from './transports.ts';
import { untilTrue } from './turns.ts';

const { listen, close } = loopback();
afterEach(close);

interface Served extends TestClient {
  readonly origin: string;
  /** Requests that arrived. */
  readonly hits: () => number;
}

/** A client with the program's fetch, and a server that does this to the connection of every request. */
async function serve(answer: (socket: Socket) => void): Promise<Served> {
  let hits = 0;
  const server = createServer((request) => {
    hits += 1;
    answer(request.socket);
  });
  const origin = `http://127.0.0.1:${String(await listen(server))}`;
  const client = testClient([], { fetch: programFetch(), endpoint: origin });
  return { ...client, origin, hits: () => hits };
}

const sudden: readonly [does: string, answer: (socket: Socket) => void, code: string][] = [
  ['drops the connection', (socket) => socket.destroy(), 'connection_lost'],
  ['resets the connection', (socket) => socket.resetAndDestroy(), 'connection_lost'],
  ['breaks off its answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"a":'), 'truncated'],
  [
    'breaks off a chunk',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"a"'),
    'truncated',
  ],
];

describe('on a real socket', () => {
  it.each(sudden)('a server that %s has seen a POST once', async (_does, answer, code) => {
    const { http, origin, hits } = await serve(answer);
    const error = await httpErrorOf(http.send({ ...rotation, url: `${origin}/rotate` }));
    expect(error).toMatchObject({ code, arrival: 'unknown' });
    expect(hits()).toBe(1);
  });

  it('a port that nobody listens on is tried again, and the POST was not sent', async () => {
    const { http, origin, sleeps } = await serve((socket) => socket.destroy());
    await close();
    const error = await httpErrorOf(http.send({ ...rotation, url: `${origin}/rotate` }));
    expect(error).toMatchObject({ code: 'unreachable', arrival: 'not-sent', retryable: true });
    expect(error.message).toContain(`nscale at ${origin} refused the connection (ECONNREFUSED)`);
    expect(sleeps).toEqual([500, 1000, 2000]);
  });

  it('time that runs out closes the connection', async () => {
    const sockets: Socket[] = [];
    const { http, origin, timers } = await serve((socket) => sockets.push(socket));
    const work = httpErrorOf(http.send({ ...rotation, url: `${origin}/rotate` }));
    await untilTrue(() => sockets.length === 1);
    timers.expire();
    await expect(work).resolves.toMatchObject({ code: 'timeout', arrival: 'unknown' });
    await untilTrue(() => sockets[0]?.destroyed === true);
  });
});
