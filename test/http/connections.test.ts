// @module-tag slow
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { Timeout } from '../../src/context.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { rotation, testClient, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { certificate, clientThrough } from './transports.ts';
import { tunnels } from './tunnels.ts';

const { listen, close } = loopback();
afterEach(close);

/** Clocks as the program has them: what a connection is given to rest is what is tested here. */
function realTimeout(milliseconds: number): Timeout {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), milliseconds);
  return { signal: clock.signal, clear: () => clearTimeout(timer) };
}

const ends: readonly [when: string, end: (socket: Socket, answer: string) => void][] = [
  ['with its answer', (socket, answer) => socket.end(answer)],
  ['a tick later', (socket, answer) => socket.write(answer, () => setImmediate(() => socket.end()))],
  ['a millisecond later', (socket, answer) => socket.write(answer, () => void wait(1).then(() => socket.end()))],
  ['five milliseconds later', (socket, answer) => socket.write(answer, () => void wait(5).then(() => socket.end()))],
  ['by a reset', (socket, answer) => socket.write(answer, () => socket.resetAndDestroy())],
];

/** Sends so many changes, four at once, and returns their paths. */
async function sendAll({ http }: TestClient, origin: string, count: number): Promise<readonly string[]> {
  const paths = Array.from({ length: count }, (_, index) => `/${String(index)}`);
  const left = [...paths];
  async function work(): Promise<void> {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      await http.send({ ...rotation, url: `${origin}${path}` });
    }
  }
  await Promise.all(Array.from({ length: 4 }, work));
  return paths;
}

describe('of 1,000 changes at a server that ends connections unannounced', () => {
  it.each(ends)('%s, none is lost and none is sent twice', { timeout: 60_000 }, async (_when, end) => {
    const seen: string[] = [];
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        const [, path = ''] = /^POST (\S+) /.exec(data.toString()) ?? [];
        seen.push(path);
        end(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]');
      });
    });
    const origin = `http://127.0.0.1:${String(await listen(server))}`;
    const fetch = createFetch({ timeout: realTimeout, nodeVersion: '24.0.0' });
    const client = testClient([], { fetch, endpoint: origin });
    const paths = await sendAll(client, origin, 1000);
    expect(seen.toSorted()).toEqual(paths.toSorted());
    expect(client.sleeps).toEqual([]);
  });
});

it('through a tunnel and TLS, none of 200 is lost or sent twice', async () => {
  const seen: string[] = [];
  const server = createTlsServer(await certificate(), ({ url, socket }, response) => {
    seen.push(url ?? '');
    response.end('[]', () => setImmediate(() => socket.end()));
  });
  const proxy = tunnels();
  const [port, proxyPort] = await Promise.all([
    listen(server),
    listen(createHttpServer().on('connect', proxy.onConnect)),
  ]);
  const origin = `https://api.sactl.test:${String(port)}`;
  const client = await clientThrough({
    endpoint: origin,
    env: { HTTPS_PROXY: `http://127.0.0.1:${String(proxyPort)}`, SSL_CERT_FILE: 'ca.pem' },
    fetch: createFetch({ timeout: realTimeout, nodeVersion: '24.0.0' }),
  });
  const paths = await sendAll(client, origin, 200);
  expect(seen.toSorted()).toEqual(paths.toSorted());
  expect(client.sleeps).toEqual([]);
});

it('500 changes at a server that keeps its word take few connections', async () => {
  let connections = 0;
  const server = createHttpServer((_request, response) => response.end('[]')).on(
    'connection',
    () => (connections += 1),
  );
  const origin = `http://127.0.0.1:${String(await listen(server))}`;
  const fetch = createFetch({ timeout: realTimeout, nodeVersion: '24.0.0' });
  const { http } = testClient([], { fetch, endpoint: origin });
  for (let round = 0; round < 500; round += 1) await http.send({ ...rotation, url: origin });
  expect(connections).toBeLessThan(250);
});
