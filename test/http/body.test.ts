import { describe, expect, it } from 'vitest';
import { httpErrorOf, rotation, testClient } from './client.ts';

const url = 'https://api.example.com';

function broken(): Response {
  let pulls = 0;
  const body = new ReadableStream({
    pull: (stream) => {
      if ((pulls += 1) > 1) stream.error(new TypeError('terminated'));
      else stream.enqueue(new TextEncoder().encode('{"secret":"hal'));
    },
  });
  return new Response(body, { status: 201 });
}

const incomplete: readonly [name: string, answer: () => Response, code: string, said: string][] = [
  ['a stream that breaks', broken, 'truncated', 'answered 201, but ended its answer half-way'],
  [
    'fewer bytes than declared',
    () => new Response('{}', { headers: { 'content-length': '3' } }),
    'truncated',
    'answered 200, but ended its answer half-way',
  ],
  [
    'no bytes although some were declared',
    () => new Response(null, { headers: { 'content-length': '3' } }),
    'truncated',
    'answered 200, but ended its answer half-way',
  ],
  [
    'a refusal that is cut off',
    () => new Response('{', { status: 403, headers: { 'content-length': '3' } }),
    'truncated',
    'answered 403, but ended its answer half-way',
  ],
  [
    'more bytes than may be read',
    () => new Response('x'.repeat(101)),
    'too_large',
    'answered 200, but sent an answer of more than 100 bytes',
  ],
  [
    'more bytes declared than may be read',
    () => new Response('{}', { headers: { 'content-length': '101' } }),
    'too_large',
    'answered 200, but sent an answer of more than 100 bytes',
  ],
];

describe('an incomplete answer', () => {
  it.each(incomplete)('%s is unknown, and not kept', async (_name, answer, code, said) => {
    let kept = 0;
    const { http, requests } = testClient([answer()], { maxBytes: 100 });
    const error = await httpErrorOf(http.send({ ...rotation, keep: () => Promise.resolve(void (kept += 1)) }));
    expect(error).toMatchObject({ code, arrival: 'unknown' });
    expect(error.message).toBe(`cannot rotate service account 7: nscale at ${url} ${said}`);
    expect({ kept, sent: requests.length }).toEqual({ kept: 0, sent: 1 });
  });

  it.each([
    ['exactly as long as allowed', new Response('x'.repeat(100))],
    ['packed', new Response('{}', { headers: { 'content-length': '9', 'content-encoding': 'gzip' } })],
    ['empty by its status', new Response(null, { status: 204, headers: { 'content-length': '9' } })],
  ])('is not one that is %s', async (_name, answer) => {
    const { http } = testClient([answer], { maxBytes: 100 });
    await expect(http.send(rotation)).resolves.toMatchObject({ status: answer.status });
  });
});

describe('a body', () => {
  const text = Array.from({ length: 9000 }, (_, index) => `line ${index}\n`).join('');

  function inChunks(length: number): ReadableStream {
    const bytes = new TextEncoder().encode(text);
    const starts = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) => index * length);
    return new ReadableStream({
      start: (stream) => {
        for (const at of starts) stream.enqueue(bytes.slice(at, at + length));
        stream.close();
      },
    });
  }

  it.each<[string, Record<string, string>]>([
    ['that does not say how long it is', {}],
    ['that says it', { 'content-length': String(text.length) }],
    ['of more than it says', { 'content-length': '20000' }],
  ])('%s is put together of its chunks', async (_name, headers) => {
    for (const length of [7, 5000, 40_000, 1_000_000]) {
      const { http } = testClient([new Response(inChunks(length), { headers })]);
      const { bytes } = await http.send(rotation);
      expect(Buffer.from(bytes).toString() === text).toBe(true);
    }
  });
});
