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
