import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { httpErrorOf, read, rotation, testClient } from './client.ts';
import { loopback } from './loopback.ts';
import { programFetch } from './transports.ts';

const { listen, close } = loopback();
afterEach(close);

const text = Buffer.from('["a"]');
const packed = gzipSync(text);

/** What a rotation gets from a server that says of its body that it is packed like this. */
async function rotateFrom(encoding: string | string[], body: Buffer): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-encoding', encoding).end(body);
  });
  const endpoint = `http://127.0.0.1:${String(await listen(server))}`;
  const { http } = testClient([], { fetch: programFetch(), endpoint });
  const { bytes } = await http.send({ ...rotation, url: endpoint });
  return Buffer.from(bytes).toString();
}

/** Says the same to everybody over a connection that ends with it. */
async function readFrom(head: string, body: Buffer): Promise<number> {
  const server = createTcpServer((socket) =>
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${head}\r\n`);
      socket.end(body);
    }),
  );
  const endpoint = `http://127.0.0.1:${String(await listen(server))}`;
  const { http } = testClient([], { fetch: programFetch(), endpoint });
  return (await http.send({ ...read, url: endpoint })).bytes.length;
}

describe('an answer', () => {
  it.each([
    ['packed', 'gzip', packed],
    ['packed, by its old name', 'X-GZIP', packed],
    ['packed, without the end of its package', 'gzip', packed.subarray(0, -8)],
    ['packed in pieces', 'gzip', Buffer.concat([gzipSync('["'), gzipSync('a"]')])],
    ['packed in a way that was not asked for', 'br', brotliCompressSync(text)],
    ['packed in the old way', 'deflate', deflateSync(text)],
    ['packed twice', 'deflate, GZIP', gzipSync(deflateSync(text))],
    ['packed twice, as is said twice', ['gzip', 'br'], brotliCompressSync(packed)],
    ['packed and nothing besides', 'gzip, identity', packed],
    ['in a way that nobody knows', 'gzip, x', text],
    [
      'packed as often as is believed',
      'gzip,gzip,gzip,gzip,gzip',
      [1, 2, 3, 4].reduce((bytes) => gzipSync(bytes), packed),
    ],
    ['packed more often than is believed', 'gzip,gzip,gzip,gzip,gzip,gzip', text],
  ])('is read %s', async (_name, encoding, body) => {
    await expect(rotateFrom(encoding, body)).resolves.toBe('["a"]');
  });

  // Its reader lags behind then, and undici must not have been paused when the connection ends.
  it.each([100, 128, 150, 176, 400])(
    'of %i kB is whole although its connection has ended before it was unpacked',
    async (size) => {
      const long = Buffer.from(JSON.stringify(randomBytes(size * 750).toString('base64')));
      expect(await readFrom('content-encoding: gzip\r\n', gzipSync(long, { level: 0 }))).toBe(long.length);
      expect(await readFrom('', long)).toBe(long.length);
    },
  );

  it('of nothing, packed, is empty', async () => {
    await expect(rotateFrom('gzip', Buffer.alloc(0))).resolves.toBe('');
  });

  it.each([
    ['is packed and damaged', 'gzip', Buffer.from([...packed.subarray(0, 10), 0xff, 0xff])],
    ['says that it is packed and is not', 'gzip', text],
    ['is damaged within', 'deflate, gzip', packed],
  ])('that %s is none', async (_name, encoding, body) => {
    await expect(httpErrorOf(rotateFrom(encoding, body))).resolves.toMatchObject({
      code: 'truncated',
      arrival: 'unknown',
    });
  });
});
