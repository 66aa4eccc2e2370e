import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { Context, Fetch } from '../../src/context.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { httpErrorOf, read, rotation, testClient, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { fixtures, programFetch, tlsServer, clientThrough } from './transports.ts';
import { turns, untilTrue } from './turns.ts';

const { listen, close } = loopback();
afterEach(close);

interface Served extends TestClient {
  readonly url: string;
  /** Connections that were made, in order. */
  readonly sockets: readonly Socket[];
}

async function serve(server: Server): Promise<Served> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  const url = `http://127.0.0.1:${String(await listen(server))}`;
  return { ...testClient([], { fetch: programFetch(), endpoint: url }), url, sockets };
}

function answering(listener: RequestListener): Promise<Served> {
  return serve(createServer(listener));
}

/** A server that says the same to everybody, whatever it is asked. */
function saying(text: string | Buffer): Promise<Served> {
  return serve(createTcpServer((socket) => socket.once('data', () => socket.end(text))));
}

function fetchWith(timeout: Context['timeout']): Fetch {
  return createFetch({ timeout, nodeVersion: '24.0.0' });
}

const ok = 'HTTP/1.1 200 OK\r\n';

describe('what is sent', () => {
  it.each([
    ['a read', read, { method: 'GET', body: '', length: undefined, type: undefined }],
    ['a change without a body', rotation, { method: 'POST', body: '', length: '0' }],
    [
      'a change with one',
      { ...rotation, json: { name: 'é' } },
      { method: 'POST', body: '{"name":"é"}', length: '13', type: 'application/json' },
    ],
    ['a delete', { ...rotation, method: 'DELETE' as const }, { method: 'DELETE', body: '' }],
    [
      'a delete with a body',
      { ...rotation, method: 'DELETE' as const, json: {} },
      { method: 'DELETE', body: '{}', length: '2', type: 'application/json' },
    ],
  ])('is, for %s, all that is needed', async (_name, request, expected) => {
    const seen: unknown[] = [];
    const { http, url } = await answering((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { 'content-length': length, 'content-type': type, ...headers } = incoming.headers;
        const body = Buffer.concat(chunks).toString();
        seen.push({ method: incoming.method, path: incoming.url, body, length, type, headers });
        response.end('[]');
      });
    });
    await http.send({ ...request, url: `${url}/x?y=1` });
    expect(seen).toEqual([
      {
        path: '/x?y=1',
        ...expected,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          authorization: 'Bearer abc.def',
          connection: 'keep-alive',
          host: new URL(url).host,
          'user-agent': 'sactl/test',
        },
      },
    ]);
  });
});

describe('an answer', () => {
  it.each([
    ['as it is', `${ok}content-length: 5\r\n\r\n["a"]`],
    ['in chunks', `${ok}transfer-encoding: chunked\r\n\r\n2\r\n["\r\n3\r\na"]\r\n0\r\n\r\n`],
    ['until the connection ends', `${ok}\r\n["a"]`],
    ['after another that is not the last', `HTTP/1.1 103 Early Hints\r\n\r\n${ok}\r\n["a"]`],
    ['with more than it says', `${ok}content-length: 5\r\n\r\n["a"]["b"]`],
  ])('is read %s', async (_name, text) => {
    const { http, url } = await saying(text);
    const { status, bytes } = await http.send({ ...read, url });
    expect([status, Buffer.from(bytes).toString()]).toEqual([200, '["a"]']);
  });

  it('of 204 No Content is empty', async () => {
    const { http, url } = await saying('HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n');
    await expect(http.send({ ...rotation, url })).resolves.toMatchObject({
      bytes: expect.objectContaining({ byteLength: 0 }),
    });
  });

  it('has its headers by their names in lower case, and each with all it says', async () => {
    const { http, url } = await saying(`${ok}X-Trace-Id: 7\r\nx-a: 1\r\nX-A: 2\r\n\r\n[]`);
    const { headers } = await http.send({ ...read, url });
    expect([...headers]).toEqual([
      ['x-trace-id', '7'],
      ['x-a', '1, 2'],
    ]);
  });

  it('may have headers of any name', async () => {
    const { http, url } = await saying(`${ok}__proto__: 1\r\nconstructor: 2\r\n\r\n["a"]`);
    const { headers, bytes } = await http.send({ ...rotation, url });
    expect([...headers]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(Buffer.from(bytes).toString()).toBe('["a"]');
  });

  it.each([
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['another protocol that has no name', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a status that there is not', 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths', `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\n["a"]`],
    ['nothing', ''],
  ])('of %s is none', async (_name, text) => {
    const { http, url } = await saying(text);
    await expect(httpErrorOf(http.send({ ...rotation, url }))).resolves.toMatchObject({
      code: 'connection_lost',
      arrival: 'unknown',
    });
  });
});

describe('a connection', () => {
  it('serves one request after another that changes nothing', async () => {
    const { http, url, sockets } = await answering((_request, response) => response.end('[]'));
    for (const request of [{ ...rotation, safe: true }, read, read]) await http.send({ ...request, url });
    expect(sockets).toHaveLength(1);
  });

  it('that was ended in between is replaced', async () => {
    const { http, url, sockets } = await answering((_request, response) => response.end('[]'));
    await http.send({ ...read, url });
    const [first] = sockets;
    first?.end();
    await untilTrue(() => first?.destroyed === true);
    await http.send({ ...rotation, url });
    expect(sockets).toHaveLength(2);
  });

  it('serves changes apart from reads, and one after another', async () => {
    const served: (readonly [method: string | undefined, port: number | undefined])[] = [];
    const { http, url } = await answering(({ method, socket }, response) => {
      served.push([method, socket.remotePort]);
      response.end('[]');
    });
    for (let round = 0; round < 2; round += 1) {
      await http.send({ ...read, url });
      await http.send({ ...rotation, url });
    }
    const ports = ['GET', 'POST'].map(
      (wanted) => new Set(served.filter(([method]) => method === wanted).map(([, port]) => port)),
    );
    expect(ports.map(({ size }) => size)).toEqual([1, 1]);
    expect(ports[0]).not.toEqual(ports[1]);
  });

  it('serves changes that can be repeated beside reads, at once', async () => {
    const { url, sockets } = await answering((_request, response) => response.end('[]'));
    // No connection that has to rest is free again.
    const fetch = fetchWith(() => ({ signal: new AbortController().signal, clear: () => undefined }));
    for (const method of ['GET', 'PUT', 'PUT', 'DELETE']) {
      const { body } = await fetch(url, { method, isRepeatable: true });
      const reader = body?.getReader();
      while ((await reader?.read())?.done === false);
    }
    expect(sockets).toHaveLength(1);
  });

  it('is a new one for every change once the server has ended one that was kept', async () => {
    const { http, url, sockets } = await answering((_request, response) => response.end('[]'));
    await http.send({ ...rotation, url });
    const [first] = sockets;
    first?.end();
    await untilTrue(() => first?.destroyed === true);
    for (let round = 0; round < 3; round += 1) await http.send({ ...rotation, url });
    expect(sockets).toHaveLength(4);
  });

  it('that a change goes over has served no read before, for it may be ending', async () => {
    const { http, url, sockets } = await saying(`${ok}content-length: 2\r\n\r\n[]`);
    await http.send({ ...read, url });
    await expect(http.send({ ...rotation, url })).resolves.toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(2);
  });

  // Without it, the connection is closed after 4 s, and nothing shows.
  it('on which something is said that nobody asked for serves nothing more', { timeout: 3000 }, async () => {
    let asked = 0;
    const { http, url, sockets } = await serve(
      createTcpServer((socket) =>
        socket.on('data', () => {
          asked += 1;
          socket.write(`${ok}content-length: 3\r\n\r\n[${String(asked)}]`);
        }),
      ),
    );
    for (const answer of ['[1]', '[2]']) {
      const { bytes } = await http.send({ ...read, url });
      expect(Buffer.from(bytes).toString()).toBe(answer);
      const socket = sockets.at(-1);
      socket?.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
      await untilTrue(() => socket?.destroyed === true);
    }
  });

  it('that is given up gives no shorter answer', async () => {
    const { url } = await answering((_request, response) => response.end('[]'));
    const controller = new AbortController();
    const { body } = await programFetch()(url, { signal: controller.signal });
    controller.abort();
    await turns();
    await expect(body?.getReader().read()).rejects.toThrow('aborted');
  });

  it('is closed where an answer is longer than is read', async () => {
    const { http, url, sockets } = await answering((_request, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 30) });
      response.write('[');
    });
    await expect(httpErrorOf(http.send({ ...read, url }))).resolves.toMatchObject({ code: 'too_large' });
    await untilTrue(() => sockets[0]?.destroyed === true);
  });

  it('that trusts a CA is not used by those who do not', async () => {
    const endpoint = `https://127.0.0.1:${String(await listen(await tlsServer()))}`;
    const fetch = programFetch();
    const caFile = { path: `${fixtures}/ca.pem`, source: '--ca-cert' };
    const trusting = await clientThrough({ endpoint, caFile, fetch });
    const other = await clientThrough({ endpoint, fetch });
    const request = { ...read, url: endpoint };
    await expect(trusting.http.send(request)).resolves.toMatchObject({ status: 200 });
    await expect(httpErrorOf(other.http.send(request))).resolves.toMatchObject({ code: 'certificate' });
    await expect(trusting.http.send(request)).resolves.toMatchObject({ status: 200 });
  });

  it('that does not come about in time was never written to', async () => {
    // It takes the connection and never says hello, so that no TLS comes about.
    const silent = createTcpServer();
    const clocks: AbortController[] = [];
    const durations: number[] = [];
    const fetch = fetchWith((milliseconds) => {
      const clock = new AbortController();
      durations.push(milliseconds);
      clocks.push(clock);
      return { signal: clock.signal, clear: () => undefined };
    });
    const endpoint = `https://127.0.0.1:${String(await listen(silent))}`;
    const { http, sleeps } = testClient([], { fetch, endpoint });
    const work = httpErrorOf(http.send({ ...rotation, url: endpoint }));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await untilTrue(() => clocks.length === attempt);
      clocks[attempt - 1]?.abort();
    }
    await expect(work).resolves.toMatchObject({
      code: 'unreachable',
      arrival: 'not-sent',
      message: `cannot rotate service account 7: nscale at ${endpoint} cannot be reached (ETIMEDOUT)`,
    });
    expect({ durations, sleeps }).toEqual({ durations: [10_000, 10_000, 10_000, 10_000], sleeps: [500, 1000, 2000] });
  });

  it('has no clock once it is there', async () => {
    let running = 0;
    const fetch = fetchWith(() => {
      running += 1;
      return { signal: new AbortController().signal, clear: () => (running = 0) };
    });
    const { url } = await answering((_request, response) => {
      expect(running).toBe(0);
      response.end('[]');
    });
    await expect(fetch(url)).resolves.toMatchObject({ status: 200 });
  });
});
