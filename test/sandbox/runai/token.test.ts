import { describe, expect, test } from 'vitest';

import { testNow } from '../../harness/context.ts';
import { account, accounts, administrator, deploy, disabled, newcomer, pathOf } from './deployment.ts';

const hour = 3_600_000;
const { clientId, clientSecret } = administrator;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const good = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };

function v2(fields: Record<string, string>, headers: Record<string, string> = form) {
  return { token: null, headers, body: new URLSearchParams(fields).toString() };
}

describe('POST /api/v2/token', () => {
  test('answers in snake_case with a JWT that names its end, issuer and tenant', async () => {
    const { status, object } = await deploy().send('POST', '/api/v2/token', v2(good));
    const token = String(object['access_token']);
    expect([status, object]).toEqual([200, { access_token: token, token_type: 'Bearer', expires_in: 3600 }]);
    const [, payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      exp: (testNow + hour) / 1000,
      iss: 'https://acme.run.test/auth/realms/acme',
      tenant_id: 1001,
    });
  });

  test.each([
    ['JSON', v2(good, { 'content-type': 'application/json' }), 400, 'invalid_request'],
    ['no grant_type', v2({ ...good, grant_type: '' }), 400, 'invalid_request'],
    ['no secret', v2({ ...good, client_secret: '' }), 400, 'invalid_request'],
    ['an unknown grant', v2({ ...good, grant_type: 'x' }), 400, 'unsupported_grant_type'],
    ['a password', v2({ ...good, grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['an unknown client', v2({ ...good, client_id: 'x' }), 401, 'invalid_client'],
    ['a wrong secret', v2({ ...good, client_secret: 'x' }), 401, 'invalid_client'],
    [
      'a disabled account',
      v2({ ...good, client_id: disabled.clientId, client_secret: disabled.clientSecret }),
      401,
      'invalid_client',
    ],
  ])('%s is refused with an error of OAuth 2', async (_, call, status, error) => {
    const deployment = deploy();
    const answer = await deployment.send('POST', '/api/v2/token', call);
    expect([answer.status, answer.json]).toEqual([status, { error, error_description: expect.any(String) }]);
    expect(deployment.saves()).toBe(0);
  });
});

describe('POST /api/v1/token', () => {
  const body = { grantType: 'client_credentials', clientID: clientId, clientSecret };

  test.each([
    ['as in the specification', body],
    ['as in prose', { grantType: 'client_credentials', clientId, clientSecret }],
    ['as in scripts', { GrantType: 'client_credentials', CLIENTID: clientId, clientSecret }],
  ])('takes keys %s', async (_, keys) => {
    const { status, object } = await deploy().send('POST', '/api/v1/token', { token: null, body: keys });
    expect([status, object]).toEqual([200, { accessToken: expect.any(String), expiresIn: 3600 }]);
  });

  test.each([
    ['a form', new URLSearchParams(good).toString()],
    ['no client', { ...body, clientID: undefined }],
    ['a wrong secret', { ...body, clientSecret: 'x' }],
    ['a disabled account', { ...body, clientID: disabled.clientId, clientSecret: disabled.clientSecret }],
    ['a grant of people', { ...body, grantType: 'password' }],
    ['an unknown grant', { ...body, grantType: 'x' }],
  ])('%s is refused in the envelope', async (_, refused) => {
    const answer = await deploy().send('POST', '/api/v1/token', { token: null, body: refused });
    expect(answer.json).toEqual({ code: 400, message: expect.any(String) });
    expect(answer.status).toBe(400);
  });
});

describe('an access token', () => {
  test('is made by the caller where that is wanted', async () => {
    const deployment = deploy({ newToken: (claims) => `token-of-${claims.clientId}` });
    expect(await deployment.signIn(newcomer)).toBe('token-of-sandbox-newcomer');
  });

  test('writes the last login of its account, and saves it', async () => {
    const deployment = deploy();
    expect((await account(deployment, newcomer.clientId))['lastLogin']).toBeNull();
    const before = deployment.saves();
    deployment.wait(1000);
    await deployment.signIn(newcomer);
    expect(deployment.saves()).toBe(before + 1);
    expect((await account(deployment, newcomer.clientId))['lastLogin']).toBe(new Date(testNow + 1000).toISOString());
  });

  test('ends after an hour', async () => {
    const deployment = deploy();
    const token = await deployment.signIn(administrator);
    deployment.wait(hour - 1);
    expect((await deployment.send('GET', accounts, { token })).status).toBe(200);
    deployment.wait(1);
    expect((await deployment.send('GET', accounts, { token })).status).toBe(401);
  });

  test.each([
    ['disabled', 'PATCH', '', { enabled: false }],
    ['deleted', 'DELETE', '', undefined],
    ['given a new secret', 'POST', '/secret', undefined],
  ])('outlives its account being %s, but there is no next one', async (_, method, end, body) => {
    const deployment = deploy();
    const token = await deployment.signIn(administrator);
    const path = await pathOf(deployment, administrator.clientId);
    await deployment.send(method, `${path}${end}`, { token, body });
    expect((await deployment.send('GET', accounts, { token })).status).toBe(200);
    expect(await deployment.signIn(administrator)).toBe('no token');
  });

  test.each([
    ['none', {}],
    ['no scheme', { authorization: 'x' }],
    ['an unknown one', { authorization: 'Bearer x' }],
  ])('%s is 401 in the envelope', async (_, headers) => {
    const answer = await deploy().send('GET', accounts, { token: null, headers });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ code: 401, message: 'Issuer is not familiar' });
  });
});
