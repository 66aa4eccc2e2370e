import { describe, expect, it } from 'vitest';
import { createPause, retryAfter } from '../../src/http/pause.ts';
import { testNow } from '../harness/context.ts';
import {
  deletion,
  fetchFailed,
  httpErrorOf,
  json,
  read,
  refusal,
  rotation,
  systemError,
  testClient,
  type Step,
} from './client.ts';
import { untilTrue } from './turns.ts';

const backoff = [500, 1000, 2000];

const passing: readonly [name: string, step: () => Step][] = [
  ['502', () => json(502, {})],
  ['503', () => json(503, {})],
  ['504', () => json(504, {})],
  ['a reset', () => fetchFailed(systemError('ECONNRESET'))],
  ['a closed socket', () => fetchFailed(systemError('UND_ERR_SOCKET'))],
  ['no headers in time', () => fetchFailed(systemError('UND_ERR_HEADERS_TIMEOUT'))],
  ['an error without a code', () => new TypeError('Failed to fetch')],
  ['a truncated answer', () => json(200, {}, { 'content-length': '100' })],
];

const harmless: readonly [name: string, step: () => Step][] = [
  ['429', () => json(429, {})],
  ['a refused connection', () => fetchFailed(systemError('ECONNREFUSED'))],
  ['a failed look-up', () => fetchFailed(systemError('ENOTFOUND'))],
  ['a busy resolver', () => fetchFailed(systemError('EAI_AGAIN'))],
  ['no connection in time', () => fetchFailed(systemError('UND_ERR_CONNECT_TIMEOUT'))],
];

const final: readonly [name: string, step: () => Step][] = [
  ['400', () => json(400, {})],
  ['401', () => json(401, {})],
  ['403', () => json(403, {})],
  ['404', () => json(404, {})],
  ['408', () => json(408, {})],
  ['409', () => json(409, {})],
  ['500', () => json(500, {})],
  ['501', () => json(501, {})],
  ['an untrusted certificate', () => fetchFailed(systemError('DEPTH_ZERO_SELF_SIGNED_CERT'))],
];

describe('a read', () => {
  it.each([...passing, ...harmless])('is repeated three times after %s', async (_name, step) => {
    const { http, requests, sleeps, timers } = testClient([step(), step(), step(), step()]);
    await httpErrorOf(http.send(read));
    expect({ sent: requests.length, sleeps }).toEqual({ sent: 4, sleeps: backoff });
    expect({ started: timers.started.length, running: timers.running() }).toEqual({ started: 4, running: 0 });
  });

  it.each([...passing, ...harmless])('gets its answer after %s', async (_name, step) => {
    const { http, requests, sleeps } = testClient([step(), json(200, [])]);
    await expect(http.send(read)).resolves.toMatchObject({ status: 200 });
    expect({ sent: requests.length, sleeps }).toEqual({ sent: 2, sleeps: [500] });
  });

  it.each(final)('is not repeated after %s', async (_name, step) => {
    const { http, requests, sleeps } = testClient([step()]);
    await httpErrorOf(http.send(read));
    expect({ sent: requests.length, sleeps }).toEqual({ sent: 1, sleeps: [] });
  });
});

describe.each([
  ['POST', rotation],
  ['DELETE', deletion],
  ['PUT', { ...deletion, method: 'PUT', json: {} } as const],
  ['PATCH', { ...deletion, method: 'PATCH', json: {} } as const],
])('a %s', (_method, request) => {
  it.each(passing)('is sent once when it ends in %s', async (_name, step) => {
    const { http, requests, sleeps } = testClient([step()]);
    await expect(httpErrorOf(http.send(request))).resolves.toMatchObject({ arrival: 'unknown' });
    expect({ sent: requests.length, sleeps }).toEqual({ sent: 1, sleeps: [] });
  });

  it.each(harmless)('is repeated after %s, which did nothing', async (_name, step) => {
    const { http, requests, sleeps } = testClient([step(), step(), step(), step()]);
    const { arrival } = await httpErrorOf(http.send(request));
    expect(arrival).not.toBe('unknown');
    expect({ sent: requests.length, sleeps }).toEqual({ sent: 4, sleeps: backoff });
  });

  it('is not repeated once it may have arrived, however it began', async () => {
    const { http, requests } = testClient([json(429, {}), json(503, {})]);
    await expect(httpErrorOf(http.send(request))).resolves.toMatchObject({ arrival: 'unknown' });
    expect(requests).toHaveLength(2);
  });
});

it('repeats a POST that is declared safe like a read', async () => {
  const token = { ...rotation, safe: true, authorized: false };
  const { http, requests } = testClient([json(503, {}), json(200, {})]);
  await expect(http.send(token)).resolves.toMatchObject({ status: 200 });
  expect(requests).toHaveLength(2);
});

it('sends the body again with a repeated request', async () => {
  const { http, requests } = testClient([json(429, {}), json(200, {})]);
  await http.send({ ...rotation, json: { a: 1 } });
  const bodies = await Promise.all(requests.map((request) => request.text()));
  expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', [7000]],
    ['zero', '0', [500]],
    ['a minute', '60', [60_000]],
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', [9000]],
    ['a date in the past', 'Sun, 22 Nov 2026 11:00:00 GMT', [500]],
    ['an obsolete form of date', 'Sunday, 22-Nov-26 12:00:09 GMT', [9000]],
    ['nonsense', 'soon 5', [500]],
    ['a negative number', '-5', [500]],
    ['nothing', '', [500]],
  ])('given as %s is waited for', async (_name, value, expected) => {
    const busy = json(429, {}, { 'retry-after': value });
    const { http, sleeps } = testClient([busy, json(200, {})]);
    await http.send(rotation);
    expect(sleeps).toEqual(expected);
  });

  it.each([
    ['more than a minute', '61', '61 seconds'],
    ['a day', '86400', '24 hours'],
    ['a date far away', 'Sun, 29 Nov 2026 12:00:00 GMT', '7 days'],
    ['more than a clock can hold', '999999999999999', '11574074074 days'],
  ])('of %s is not waited for: its figure is told at once', async (_name, value, figure) => {
    const busy = refusal(429, { 'retry-after': value });
    const { http, sleeps, requests, notes } = testClient([busy]);
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      code: 'rate_limited',
      exitCode: 1,
      arrival: 'refused',
      retryable: true,
      message: `cannot rotate service account 7: nscale answered 429 (too many requests); it asks to wait ${figure}`,
      hint: `run it again in ${figure}`,
    });
    expect({ sleeps, sent: requests.length, notes }).toEqual({ sleeps: [], sent: 1, notes: [] });
  });

  it('of a day holds what else is asked of the connection, which is told and not sent', async () => {
    const { http, requests, ctx } = testClient([refusal(429, { 'retry-after': '86400' }), json(200, [])]);
    await httpErrorOf(http.send(read));
    await ctx.sleep(3_600_000);
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      code: 'rate_limited',
      exitCode: 1,
      arrival: 'not-sent',
      retryable: true,
      message:
        'cannot rotate service account 7: not sent, because nscale asked for a pause, of which 23 hours are left',
      hint: 'run it again in 23 hours',
    });
    expect(requests).toHaveLength(1);
    await ctx.sleep(82_800_000);
    await expect(http.send(read)).resolves.toMatchObject({ status: 200 });
  });

  it('of a service that is down for long does not keep others from asking', async () => {
    const { http } = testClient([refusal(503, { 'retry-after': '3600' }), json(200, [])]);
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      code: 'server_error',
      arrival: 'unknown',
      hint: 'run it again in 60 minutes',
    });
    await expect(http.send(read)).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['5', []],
    ['6', ['waiting 6 seconds before the next request to nscale, as its answer asks']],
    ['60', ['waiting 60 seconds before the next request to nscale, as its answer asks']],
  ])('of %s seconds is told when it lasts over 5', async (value, told) => {
    const { http, notes } = testClient([json(429, {}, { 'retry-after': value }), json(200, {})]);
    await http.send(read);
    expect(notes).toEqual(told);
  });

  it('is one pause for all requests of a connection, told once', async () => {
    const wakers: (() => void)[] = [];
    let now = 0;
    const notes: string[] = [];
    const pause = createPause({ now: () => now, provider: 'nscale', note: async (text) => void notes.push(text) });
    const busy = Array.from({ length: 3 }, () => json(429, {}, { 'retry-after': '20' }));
    const { http, requests } = testClient([...busy, ...Array.from({ length: 4 }, () => json(200, {}))], {
      pause,
      now: () => now,
      sleep: () => new Promise((resolve) => wakers.push(resolve)),
    });
    const first = [http.send(read), http.send(read), http.send(rotation)];
    await untilTrue(() => wakers.length === 3);
    const later = http.send(read);
    await untilTrue(() => wakers.length === 4);
    expect({ sent: requests.length, notes }).toEqual({
      sent: 3,
      notes: ['waiting 20 seconds before the next request to nscale, as its answer asks'],
    });
    now = 20_000;
    for (const wake of wakers) wake();
    await Promise.all([...first, later]);
    expect(requests).toHaveLength(7);
  });

  it('is told again when it is asked for again', async () => {
    const busy = Array.from({ length: 4 }, () => json(429, {}, { 'retry-after': '30' }));
    const { http, notes, sleeps } = testClient(busy);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({ hint: 'run it again in 30 seconds' });
    expect({ notes: notes.length, sleeps }).toEqual({ notes: 3, sleeps: [30_000, 30_000, 30_000] });
  });

  it.each([
    ['0', '1 second'],
    ['2', '2 seconds'],
  ])('of %s seconds that is asked for each time ends with a hint of a second or more', async (value, figure) => {
    const { http } = testClient(Array.from({ length: 4 }, () => json(429, {}, { 'retry-after': value })));
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({ hint: `run it again in ${figure}` });
  });

  it('is absent where there is no such header', () => {
    expect(retryAfter(new Map(), testNow)).toBeNull();
  });
});
