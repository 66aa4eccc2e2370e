import { describe, expect, it } from 'vitest';
import { testNow } from '../harness/context.ts';
import { deletion, endpoint, json, read, rotation, testClient } from './client.ts';

describe('a request', () => {
  it('carries the credential, what it accepts and who asks', async () => {
    const { http, requests } = testClient([json(200, [])]);
    await http.send(read);
    expect(Object.fromEntries(requests[0]?.headers ?? [])).toEqual({
      accept: 'application/json',
      authorization: 'Bearer abc.def',
      'user-agent': 'sactl/test',
    });
    expect(requests[0]).toMatchObject({ method: 'GET', url: read.url, redirect: 'manual' });
  });

  it('sends JSON as JSON', async () => {
    const { http, requests } = testClient([json(200, {})]);
    await http.send({ ...deletion, method: 'PUT', json: { name: 'ä' } });
    expect(requests[0]?.headers.get('content-type')).toBe('application/json');
    await expect(requests[0]?.text()).resolves.toBe('{"name":"ä"}');
  });

  it('sends a form as a form, and no credential where none is wanted', async () => {
    const { http, requests } = testClient([json(200, {})]);
    const form = { grant_type: 'client_credentials', client_secret: 'a&b=c' };
    await http.send({ ...rotation, form, authorized: false });
    expect(requests[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(requests[0]?.headers.has('authorization')).toBe(false);
    await expect(requests[0]?.text()).resolves.toBe('grant_type=client_credentials&client_secret=a%26b%3Dc');
  });

  it('is not sent with the credential to another origin', async () => {
    const { http, requests } = testClient([]);
    const url = 'https://api.example.com.evil.test/accounts';
    await expect(http.send({ ...read, url })).rejects.toThrow(
      `the credential for ${endpoint} must not be sent to https://api.example.com.evil.test`,
    );
    expect(requests).toHaveLength(0);
  });
});

describe('a 2xx answer', () => {
  it('comes back with status, headers and bytes', async () => {
    const { http } = testClient([json(201, { id: 1 }, { 'x-one': '1' })]);
    const answer = await http.send(rotation);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-one')).toBe('1');
    expect(new TextDecoder().decode(answer.bytes)).toBe('{"id":1}');
  });

  it.each([200, 202, 204])('may be empty (%i)', async (status) => {
    const { http } = testClient([new Response(null, { status })]);
    await expect(http.send(deletion)).resolves.toMatchObject({ status, bytes: new Uint8Array() });
  });

  it('is kept before anything else happens with it', async () => {
    const order: string[] = [];
    const { http } = testClient([json(200, { secret: 's' })], {
      debug: () => Promise.resolve(void order.push('debug')),
    });
    await http.send({
      ...rotation,
      keep: (bytes) => Promise.resolve(void order.push(new TextDecoder().decode(bytes))),
    });
    expect(order).toEqual(['{"secret":"s"}', 'debug']);
  });

  it.each([
    ['keeping it', { keep: () => Promise.reject(new Error('disk full')) }, {}],
    ['a debug line', {}, { debug: () => Promise.reject(new Error('EPIPE')) }],
  ])('is returned although %s fails', async (_name, request, options) => {
    const { http, requests } = testClient([json(200, {})], options);
    await expect(http.send({ ...rotation, ...request })).resolves.toMatchObject({ status: 200 });
    expect(requests).toHaveLength(1);
  });

  it('is the only answer that is kept', async () => {
    const kept: Uint8Array[] = [];
    const { http } = testClient([json(429, {}), json(409, {})]);
    await expect(
      http.send({ ...rotation, keep: (bytes) => Promise.resolve(void kept.push(bytes)) }),
    ).rejects.toMatchObject({ status: 409 });
    expect(kept).toEqual([]);
  });
});

describe('debug lines', () => {
  it('name headers, and hold no value of headers, queries and bodies', async () => {
    const url = `${endpoint}/accounts?search=hidden`;
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const { http, debugLines } = testClient([json(503, {}), json(200, { secret: 1 }, headers)]);
    await http.send({ ...read, url });
    expect(debugLines).toEqual([
      'GET https://api.example.com /base/accounts: 503 in 0 ms; sent headers accept authorization user-agent; received headers content-type',
      'GET https://api.example.com /base/accounts: 200 in 0 ms; trace 0af7651916cd43dd8448eb211c80319c; sent headers accept authorization user-agent; received headers content-type traceparent',
    ]);
  });

  it('tell how an exchange failed, and how long it took', async () => {
    let now = 0;
    const { http, debugLines } = testClient([new TypeError('fetch failed')], { now: () => (now += 70) });
    await expect(http.send(deletion)).rejects.toThrow('ended the connection');
    expect(debugLines).toEqual([
      'DELETE https://api.example.com /base/accounts/7: connection_lost in 70 ms; sent headers accept authorization user-agent',
    ]);
  });
});

describe('whoever wants to know', () => {
  it('is told of every answer with its time, also of those that are refused or broken', async () => {
    const told: unknown[] = [];
    const date = 'Sun, 22 Nov 2026 12:00:05 GMT';
    const broken = new Response(new ReadableStream({ pull: (body) => body.error(new Error()) }), {
      headers: { date, 'content-length': '9' },
    });
    const steps = [json(503, {}, { date }), broken, new TypeError('fetch failed'), json(200, [])];
    const { http } = testClient(steps, {
      onAnswer: ({ headers, askedAt, answeredAt }) => {
        told.push([headers.get('date'), askedAt - testNow, answeredAt - testNow]);
      },
    });
    await http.send(read);
    expect(told).toEqual([
      [date, 0, 0],
      [date, 500, 500],
      [undefined, 3500, 3500],
    ]);
  });
});
