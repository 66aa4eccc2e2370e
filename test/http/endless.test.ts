// @module-tag slow
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, it } from 'vitest';

import { httpErrorOf, read, rotation, testClient, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { programFetch } from './transports.ts';
import { untilTrue } from './turns.ts';

const { listen, close } = loopback();
afterEach(close);

const head = 'HTTP/1.1 200 OK\r\n';
const mebibyte = Buffer.alloc(1024 * 1024, ' ');

/** Writes the same again and again, as fast as it is taken, until the connection is closed. */
function flood(socket: Socket, chunk: Buffer | string): void {
  function more(error?: Error | null): void {
    if (!error && !socket.destroyed) socket.write(chunk, more);
  }
  more();
}

/** What a gibibyte of blanks is on the wire: small packages, one after another, which unpack to one text. */
const packed = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '));

interface Served extends TestClient {
  readonly origin: string;
  /** Connections that are still open. */
  readonly open: () => number;
  /** Bytes that were written to clients. */
  readonly sent: () => number;
}

/** A client with the program's fetch, and a server that does this to the connection of every request. */
async function serve(answer: (socket: Socket) => void): Promise<Served> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(({ socket }) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  const origin = `http://127.0.0.1:${String(await listen(server))}`;
  const client = testClient([], { fetch: programFetch(), endpoint: origin });
  return {
    ...client,
    origin,
    open: () => [...sockets].filter(({ destroyed }) => !destroyed).length,
    sent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  };
}

/** `code` of a read and of a change; `most` is how many MiB the server may have got rid of before it was cut off. */
const floods: readonly [does: string, answer: (socket: Socket) => void, code: string, most: number][] = [
  [
    'a body that never ends',
    (socket) => {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
      flood(socket, `100000\r\n${' '.repeat(0x100000)}\r\n`);
    },
    'too_large',
    96,
  ],
  [
    'a body without any length',
    (socket) => {
      socket.write(`${head}\r\n`);
      flood(socket, mebibyte);
    },
    'too_large',
    96,
  ],
  [
    'a gibibyte, with its length',
    (socket) => {
      socket.write(`${head}content-length: 1073741824\r\n\r\n`);
      flood(socket, mebibyte);
    },
    'too_large',
    16,
  ],
  [
    'a gibibyte, packed into one megabyte',
    (socket) => {
      socket.write(`${head}content-encoding: gzip\r\n\r\n`);
      for (let part = 0; part < 64; part += 1) socket.write(packed);
      socket.end();
    },
    'too_large',
    2,
  ],
  [
    'headers that never end',
    (socket) => {
      socket.write(head);
      flood(socket, `x-a: ${'b'.repeat(1000)}\r\n`);
    },
    'connection_lost',
    8,
  ],
];

describe.each([
  ['a read', read],
  ['a change', rotation],
])('%s', (_, request) => {
  it.each(floods)(
    'is cut off at %s',
    async (_does, answer, code, most) => {
      const { http, origin, open, sent } = await serve(answer);
      const error = await httpErrorOf(http.send({ ...request, url: `${origin}/x` }));
      expect(error).toMatchObject({ code, arrival: 'unknown' });
      await untilTrue(() => open() === 0);
      // A read that lost its connection is tried four times.
      expect(sent()).toBeLessThan(4 * most * 1024 * 1024);
    },
    30_000,
  );
});

describe('time runs out', () => {
  const drips: readonly [name: string, answer: (socket: Socket) => void, said: string][] = [
    ['before the answer', () => undefined, 'gave no answer within 30 s'],
    ['within its headers', (socket) => socket.write(`${head}x-a:`), 'gave no answer within 30 s'],
    [
      'within its body, of which every byte comes by itself',
      (socket) => {
        socket.write(`${head}content-length: 100\r\n\r\n`);
        const timer = setInterval(() => socket.write('x'), 1);
        socket.on('close', () => clearInterval(timer));
      },
      'did not finish its answer within 30 s',
    ],
    [
      'within a body that is packed',
      (socket) => {
        socket.write(`${head}content-encoding: gzip\r\n\r\n`);
        socket.write(packed.subarray(0, 500));
      },
      'did not finish its answer within 30 s',
    ],
  ];

  it.each(drips)('%s', async (_name, answer, said) => {
    const { http, origin, timers, open } = await serve(answer);
    const work = httpErrorOf(http.send({ ...rotation, url: `${origin}/x` }));
    await untilTrue(() => open() === 1);
    // The answer has begun, where it begins at all.
    await new Promise((done) => setTimeout(done, 30));
    timers.expire();
    const error = await work;
    expect(error).toMatchObject({ code: 'timeout', arrival: 'unknown' });
    expect(error.message).toContain(said);
    expect(timers.running()).toBe(0);
    await untilTrue(() => open() === 0);
  });
});
