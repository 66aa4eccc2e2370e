import { expect, test } from 'vitest';

import type { TokenClaims } from '../../harness/runai-variants.ts';
import { testNow } from '../../harness/context.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { isTokenRequest, useRunai } from '../../harness/runai.ts';
import { findCiVision } from './paths.ts';

const deploy = useRunai();
/** Two requests, one after the other. */
const get = ['sa', 'get', '--id', 'ci-vision', '-q', '.name'];

/** Puts `expiry` in the place of what token answers say of their life. */
function expiring(expiry: Readonly<Record<string, unknown>>): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    if (!isTokenRequest(request)) return answer;
    const { expires_in: _, ...token } = (await answer.json()) as Record<string, unknown>;
    return Response.json({ ...token, ...expiry });
  };
}

function jwt(seconds: number): (claims: TokenClaims) => string {
  return (claims) => {
    const payload = JSON.stringify({ ...claims, exp: testNow / 1000 + seconds });
    return `e30.${Buffer.from(payload).toString('base64url')}.signature`;
  };
}

function opaque(): () => string {
  let count = 0;
  return () => `opaque-${(count += 1)}`;
}

test.each([
  ['the answer says an hour', { expires_in: 3600 }, opaque(), 1],
  ['the answer says an hour, and the token that it has ended', { expires_in: 3600 }, jwt(-9), 1],
  ['the answer says a minute', { expires_in: 60 }, opaque(), 2],
  ['the answer says an hour, as text', { expires_in: '3600' }, opaque(), 1],
  ['the answer says a minute, as text', { expires_in: '60' }, jwt(3600), 2],
  ['the answer says what is no number, and the token an hour', { expires_in: 'soon' }, jwt(3600), 1],
  ['the answer says what is no number', { expires_in: '' }, opaque(), 2],
  ['the answer says a minute, and the token an hour', { expires_in: 60 }, jwt(3600), 2],
  ['only the token says it: an hour', {}, jwt(3600), 1],
  ['only the token says it: half a minute', {}, jwt(30), 2],
  ['nothing says it', {}, opaque(), 2],
  ['null says it', { expires_in: null }, opaque(), 2],
] as const)('%s', async (_, expiry, newToken, asked) => {
  const deployment = deploy({ newToken, intercept: expiring(expiry) });
  expect(await deployment.run(get)).toEqual({ code: 0, stdout: 'ci-vision\n', stderr: '' });
  expect(deployment.requests).toEqual(findCiVision);
  expect(deployment.tokenRequests).toEqual(Array.from({ length: asked }, () => 'POST /api/v2/token'));
});

test('v1 before 2.24 says nothing, and its token does', async () => {
  const deployment = deploy({ controlPlane: '2.23' });
  expect(await deployment.run(get)).toEqual({ code: 0, stdout: 'ci-vision\n', stderr: '' });
  expect(deployment.tokenRequests).toEqual(['POST /api/v2/token', 'POST /api/v1/token']);
});
