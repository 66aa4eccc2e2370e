import { describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../src/errors.ts';
import { HttpError } from '../../src/http/error.ts';
import type { HttpCredential } from '../../src/http/request.ts';
import { deletion, httpErrorOf, json, read, refusal, rejectionOf, rotation, testClient } from './client.ts';

/** A credential whose value is a new one after each renewal. */
function renewable(renewals: string[]): HttpCredential {
  return {
    source: 'TEST_TOKEN',
    header: () => Promise.resolve(`Bearer token-${String(renewals.length)}`),
    renew: () => Promise.resolve(void renewals.push('renewed')),
  };
}

describe('after a 401', () => {
  it.each([
    ['read', read],
    ['POST', rotation],
    ['DELETE', deletion],
  ])('a %s is sent once more with a new credential', async (_name, request) => {
    const renewals: string[] = [];
    const credential = renewable(renewals);
    const { http, requests, sleeps } = testClient([refusal(401), json(200, {})], { credential });
    await expect(http.send(request)).resolves.toMatchObject({ status: 200 });
    const sent = requests.map(({ headers }) => headers.get('authorization'));
    expect(sent).toEqual(['Bearer token-0', 'Bearer token-1']);
    expect({ renewals, sleeps }).toEqual({ renewals: ['renewed'], sleeps: [] });
  });

  it('a second 401 is final', async () => {
    const renewals: string[] = [];
    const { http } = testClient([refusal(401), refusal(401)], { credential: renewable(renewals) });
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      code: 'unauthenticated',
      arrival: 'refused',
    });
    expect(renewals).toHaveLength(1);
  });

  it.each([
    ['the credential cannot be renewed', {}, refusal(401)],
    ['it was sent without one', { authorized: false }, refusal(401)],
    ['its answer is incomplete', {}, refusal(401, { 'content-length': '99' })],
  ])('nothing is sent again when %s', async (name, more, answer) => {
    const renewals: string[] = [];
    const { renew, ...fixed } = renewable(renewals);
    const credential = name.includes('renewed') || !renew ? fixed : { ...fixed, renew };
    const { http, requests } = testClient([answer], { credential });
    await httpErrorOf(http.send({ ...rotation, ...more }));
    expect({ sent: requests.length, renewals }).toEqual({ sent: 1, renewals: [] });
  });
});

describe('a credential that has to be fetched', () => {
  const lost = new HttpError('timeout', 'cannot get a token: no answer', {
    arrival: 'unknown',
    provider: 'runai',
    retryable: true,
  });

  it('and cannot be leaves the request unsent, whatever became of the token request', async () => {
    const credential = { source: 'TEST_TOKEN', header: () => Promise.reject(lost) };
    const { http, requests } = testClient([], { credential });
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      code: 'timeout',
      message: 'cannot get a token: no answer',
      arrival: 'not-sent',
      provider: 'runai',
      retryable: true,
      cause: lost,
    });
    expect(requests).toHaveLength(0);
  });

  it('and cannot be renewed leaves the request refused', async () => {
    const credential = { ...renewable([]), renew: () => Promise.reject(lost) };
    const { http, requests } = testClient([refusal(401)], { credential });
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({
      message: 'cannot get a token: no answer',
      arrival: 'refused',
    });
    expect(requests).toHaveLength(1);
  });

  it('passes other errors on', async () => {
    const interrupted = new InterruptedError();
    const credential = { source: 'TEST_TOKEN', header: () => Promise.reject(interrupted) };
    const { http } = testClient([], { credential });
    await expect(rejectionOf(http.send(rotation))).resolves.toBe(interrupted);
  });
});

describe('a credential that no header can carry', () => {
  it.each([
    ['a line break', 'Bearer s3cret\nX-Other: 1'],
    ['a line break at its end', 'Bearer s3cret\n'],
    ['white space', 'Bearer s3cret s3cret'],
    ['a tab', 'Bearer s3cret\ts3cret'],
    ['a null character', 'Bearer s3cret\0'],
    ['other than ASCII', 'Bearer s3cret…'],
    ['nothing', 'Bearer '],
  ])('for it holds %s is refused by its source', async (_name, value) => {
    const credential = { source: 'file /run/token', header: () => Promise.resolve(value) };
    const { http, requests } = testClient([], { credential });
    const error = await rejectionOf(http.send(read));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain('the credential from file /run/token is empty, or holds');
    expect(String(error)).not.toContain('s3cret');
    expect(requests).toHaveLength(0);
  });
});
