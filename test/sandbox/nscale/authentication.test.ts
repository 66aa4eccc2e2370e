import { describe, expect, test } from 'vitest';

import { accountIds, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { randomToken } from '../../../src/sandbox/nscale/accounts.ts';
import { accounts, deploy } from './deployment.ts';

const { selfRotating } = sandboxTokens;
const day = 86_400_000;
/** The header of an encrypted token. */
const jose = Buffer.from('{"alg":"A256GCMKW","enc":"A256GCM"}').toString('base64url');

describe('the Authorization header', () => {
  test.each([
    ['no header', undefined, 'authorization header missing'],
    ['an empty header', '', 'authorization header missing'],
    ['a scheme alone', 'Bearer', 'authorization header malformed'],
    ['two spaces', `Bearer  ${selfRotating}`, 'authorization header malformed'],
    ['a third part', `Bearer ${selfRotating} x`, 'authorization header malformed'],
    ['another scheme', `Basic ${selfRotating}`, 'authorization scheme not allowed'],
    ['text that is no token', 'Bearer a.b.c.d.e', 'unrecognized bearer token format'],
    ['a token with a segment missing', `Bearer ${jose}.b.c.d`, 'unrecognized bearer token format'],
    ['an unknown token', `Bearer ${jose}.b.c.d.e`, 'token validation failed'],
    ['a signed token of others', `Bearer ${jose}.b.c`, 'untrusted token issuer'],
  ])('%s is 401', async (_, header, description) => {
    const { status, headers, json } = await deploy().send('GET', '/api/v1/organizations', {
      token: null,
      ...(header === undefined ? {} : { headers: { authorization: header } }),
    });
    expect(status).toBe(401);
    expect(json).toEqual({
      error: 'access_denied',
      error_description: description,
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(headers.get('www-authenticate')).toBe(
      `Bearer error="access_denied",error_description="${description}",` +
        'resource_metadata="https://identity.test/.well-known/openid-protected-resource"',
    );
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-type')).toBe('application/json');
  });

  test.each(['Bearer', 'bearer', 'BEARER'])('the scheme may be written %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${selfRotating}` };
    const { status } = await deploy().send('GET', accounts, { token: null, headers });
    expect(status).toBe(200);
  });
});

function askWho(header: string): ReturnType<ReturnType<typeof deploy>['send']> {
  return deploy().send('GET', '/oauth2/v2/userinfo', { token: null, headers: { authorization: header } });
}

describe('userinfo reads the header itself', () => {
  test('none is 401 in other words', async () => {
    const { status, error } = await askWho('');
    expect([status, error.error_description]).toEqual([401, 'authorization header not set']);
  });

  test.each(['Bearer', `Bearer  ${selfRotating}`, `Basic ${selfRotating}`])(
    '%s ends the connection',
    async (header) => {
      await expect(askWho(header)).rejects.toThrow('fetch failed');
    },
  );
});

describe('a service account token', () => {
  const rotate = `${accounts}/${accountIds.selfRotating}/rotate`;

  test('is refused from its expiry on', async () => {
    const deployment = deploy();
    deployment.wait(30 * day - 1000);
    expect((await deployment.send('GET', accounts, { token: selfRotating })).status).toBe(200);
    deployment.wait(1000);
    const { status, error } = await deployment.send('GET', accounts, { token: selfRotating });
    expect([status, error.error_description]).toEqual([401, 'token validation failed']);
  });

  test('is refused once rotated, and the new one is not', async () => {
    const { send } = deploy({ newSecret: randomToken });
    const { item } = await send('POST', rotate, { token: selfRotating });
    expect((await send('GET', accounts, { token: selfRotating })).error.error_description).toBe(
      'token validation failed',
    );
    const { accessToken: token } = item.status;
    expect((await send('GET', accounts, { token })).status).toBe(200);
    await send('POST', rotate, { token });
    expect((await send('GET', accounts, { token })).error.error_description).toBe('token validation failed');
  });

  test('is refused once its account is deleted', async () => {
    const { send } = deploy();
    await send('DELETE', `${accounts}/${accountIds.selfRotating}`);
    expect((await send('GET', accounts, { token: selfRotating })).status).toBe(401);
  });

  test('of an expired account works again after an administrator rotated it', async () => {
    const deployment = deploy();
    deployment.wait(31 * day);
    const { item } = await deployment.send('POST', rotate);
    const again = await deployment.send('GET', accounts, { token: item.status.accessToken });
    expect(again.status).toBe(200);
  });
});
