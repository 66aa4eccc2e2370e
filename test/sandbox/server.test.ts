import { request } from 'node:http';
import { createConnection, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { FailedError } from '../../src/errors.ts';
import { serve, type RunningServer } from '../../src/sandbox/server.ts';

const running: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(fetch: (request: Request) => Promise<Response>): Promise<string> {
  const server = await serve({ fetch }, { port: 0 });
  running.push(server);
  return server.url;
}

test('method, path, query, headers and body arrive', async () => {
  const url = await start(async (incoming) => {
    const { pathname, search } = new URL(incoming.url);
    return Response.json({
      method: incoming.method,
      place: pathname + search,
      authorization: incoming.headers.get('authorization'),
      body: await incoming.text(),
    });
  });
  const answer = await fetch(`${url}/a/b?c=d`, { method: 'PUT', headers: { authorization: 'Bearer x' }, body: 'é' });
  expect(await answer.json()).toEqual({ method: 'PUT', place: '/a/b?c=d', authorization: 'Bearer x', body: 'é' });
});

test('status, headers and body come back', async () => {
  const headers = { 'x-thing': 'yes', 'cache-control': 'no-cache' };
  const url = await start(async () => new Response('made', { status: 201, headers }));
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get('x-thing')]).toEqual([201, 'yes']);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(await answer.text()).toBe('made');
});

test('an answer without a body is complete', async () => {
  const url = await start(async () => new Response(null, { status: 200 }));
  expect(await (await fetch(url, { method: 'DELETE' })).text()).toBe('');
});

describe('a connection is dropped', () => {
  test('without an answer when the application throws', async () => {
    const url = await start(() => Promise.reject(new Error('fault')));
    expect(await codeOf(url)).toBe('ECONNRESET');
  });

  test('half-way when the body breaks', async () => {
    const fault = new AbortController();
    const broken = new Promise<never>((_, reject) => {
      fault.signal.addEventListener('abort', () => reject(new Error('fault')));
    });
    const url = await start(async () => new Response(breakable('[1,', () => broken)));
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    fault.abort();
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  test('with all that was sent before', async () => {
    const url = await start(
      async () => new Response(breakable('x'.repeat(1_000_000), () => Promise.reject(new Error('fault')))),
    );
    let received = 0;
    const answer = await fetch(url);
    async function read(): Promise<void> {
      for await (const chunk of answer.body ?? []) received += chunk.length;
    }
    await expect(read()).rejects.toThrow('terminated');
    expect(received).toBe(1_000_000);
  });

  test('and others go on', async () => {
    const url = await start((incoming) =>
      incoming.url.endsWith('/bad') ? Promise.reject(new Error('fault')) : Promise.resolve(new Response('fine')),
    );
    await expect(fetch(`${url}/bad`)).rejects.toThrow('fetch failed');
    expect(await (await fetch(`${url}/good`)).text()).toBe('fine');
  });
});

describe('what is no request for the application is answered, and others go on:', () => {
  const head = 'Host: x\r\nConnection: close\r\n';

  test.each([
    ['TRACE', `TRACE / HTTP/1.1\r\n${head}\r\n`, '405 Method Not Allowed'],
    ['CONNECT', `CONNECT example.com:443 HTTP/1.1\r\n${head}\r\n`, '405 Method Not Allowed'],
    ['a method that there is not', `BREW / HTTP/1.1\r\n${head}\r\n`, '400 Bad Request'],
    ['a lower-case method', `get / HTTP/1.1\r\n${head}\r\n`, '400 Bad Request'],
    ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['a host with a user', 'GET / HTTP/1.1\r\nHost: u:p@a\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['a host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['a port that is none', 'GET / HTTP/1.1\r\nHost: a:99999\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['a target that is no URL', `GET http://[ HTTP/1.1\r\n${head}\r\n`, '400 Bad Request'],
    ['headers without end', `GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(70_000)}\r\n\r\n`, '431 Request Header'],
    ['a length that is none', `POST / HTTP/1.1\r\n${head}Content-Length: x\r\n\r\n`, '400 Bad Request'],
    ['two lengths', `POST / HTTP/1.1\r\n${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, '400 Bad Request'],
    ['a chunk that is none', `POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, '400 Bad Request'],
    ['an expectation', `GET / HTTP/1.1\r\n${head}Expect: tea\r\n\r\n`, '417 Expectation Failed'],
  ])('%s', async (_, bytes, answer) => {
    const seen: string[] = [];
    const url = await start(async ({ url: asked }) => {
      seen.push(asked);
      return new Response('fine');
    });
    expect(await answerTo(url, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${answer}`));
    expect(seen).toEqual([]);
    expect(await (await fetch(url)).text()).toBe('fine');
  });

  test.each([
    ['//a//b?c', 'http://x//a//b?c'],
    ['http://elsewhere/a', 'http://elsewhere/a'],
    ['/%zz%00%ff', 'http://x/%zz%00%ff'],
    ['/a?b=%zz', 'http://x/a?b=%zz'],
    ['*', 'http://x/*'],
  ])('the target %s is one', async (target, expected) => {
    const url = await start(async ({ url: asked }) => new Response(asked));
    const answer = await answerTo(url, `OPTIONS ${target} HTTP/1.1\r\n${head}\r\n`);
    expect(answer.split('\r\n\r\n')[1]).toContain(expected);
  });
});

/** All that comes back for these bytes. */
function answerTo(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

test('a port that is taken is named', async () => {
  const url = await start(async () => new Response());
  const port = Number(new URL(url).port);
  const error: unknown = await serve({ fetch: async () => new Response() }, { port }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof FailedError)) throw error;
  expect(error.message).toContain(String(port));
  expect(error.hint).toContain('--port');
});

test('closing ends idle connections', async () => {
  const server = await serve({ fetch: async () => new Response() }, { port: 0 });
  const socket = await connect(Number(new URL(server.url).port));
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await server.close();
  await ended;
  expect(socket.destroyed).toBe(true);
});

function connect(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.once('data', () => resolve(socket));
    });
    socket.on('error', () => undefined);
  });
}

function codeOf(url: string): Promise<unknown> {
  return new Promise((resolve) => {
    request(url)
      .on('error', (error) => resolve('code' in error ? error.code : null))
      .on('response', () => resolve('answered'))
      .end();
  });
}

/** A body that begins with `head` and goes on until what `broken` gives rejects. */
function breakable(head: string, broken: () => Promise<never>): ReadableStream<Uint8Array> {
  let isFirst = true;
  return new ReadableStream({
    pull: async (controller) => {
      if (!isFirst) await broken();
      isFirst = false;
      controller.enqueue(new TextEncoder().encode(head));
    },
  });
}
