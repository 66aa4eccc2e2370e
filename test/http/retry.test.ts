import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../src/http/client.ts';
import { testNow } from '../harness/context.ts';
import {
  deletion,
  fetchFailed,
  httpErrorOf,
  json,
  read,
  rotation,
  systemError,
  testClient,
  type Step,
} from './client.ts';

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
    ['seconds', '7', 7000],
    ['zero', '0', 0],
    ['more than a minute', '3600', 60_000],
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', 9000],
    ['a date far away', 'Sun, 22 Nov 2037 12:00:09 GMT', 60_000],
    ['a date in the past', 'Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['an obsolete form of date', 'Sunday, 22-Nov-26 12:00:09 GMT', 9000],
    ['nonsense', 'soon 5', 500],
    ['a negative number', '-5', 500],
    ['nothing', '', 500],
  ])('given as %s is waited for', async (_name, value, expected) => {
    const busy = json(429, {}, { 'retry-after': value });
    const { http, sleeps } = testClient([busy, json(200, {})]);
    await http.send(rotation);
    expect(sleeps).toEqual([expected]);
  });

  it('is absent where there is no such header', () => {
    expect(retryAfter(new Map(), testNow)).toBeNull();
  });
});
