import { describe, expect, test } from 'vitest';

import { clientFactory } from '../../../src/session/client.ts';
import { Secret } from '../../../src/model/credential.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import { runai } from '../../../src/providers/runai/index.ts';
import type { TestContext } from '../../harness/context.ts';
import { runaiEndpoint, runaiSandboxClients, useRunai, type RunaiDeployment } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { page, problem, serverError } from './faults.ts';

const deploy = useRunai();
const { administrator, disabled } = runaiSandboxClients;
const v1 = 'POST /api/v1/token';
const v2 = 'POST /api/v2/token';
const token = { method: 'POST', path: '/token' };

interface Tried extends Verification {
  readonly sleeps: readonly number[];
}

/** Tries a client id and a secret as `create` and `rotate` do. */
async function tryOut(
  deployment: RunaiDeployment,
  { clientId, clientSecret }: { clientId: string | null; clientSecret: string },
): Promise<Tried> {
  const context: TestContext = deployment.context();
  const createHttp = await clientFactory(
    context.ctx,
    { input: false, color: false },
    { definition: runai, endpoint: runaiEndpoint, endpointSource: 'default', ca: null, sandbox: null },
  );
  const verification = await runai.verifyCredential({
    createHttp,
    endpoint: runaiEndpoint,
    now: context.ctx.now,
    credential: { kind: 'client-secret', value: new Secret(clientSecret), clientId, expiresAt: null },
  });
  return { ...verification, sleeps: context.sleeps };
}

test.each([
  ['2.24', [v2]],
  ['2.23', [v2, v1]],
] as const)('a good secret gets a token on %s, and nothing else is asked', async (version, asked) => {
  const deployment = deploy({ controlPlane: version });
  expect(await tryOut(deployment, administrator)).toEqual({ works: true, why: null, sleeps: [] });
  expect([deployment.tokenRequests, deployment.requests]).toEqual([asked, []]);
});

describe('what is refused does not work', () => {
  const wrong = { clientId: administrator.clientId, clientSecret: 'a-wrong-secret' };
  const nobody = { clientId: 'nobody', clientSecret: administrator.clientSecret };

  test.each([
    ['a wrong secret', wrong, '2.24', [v2], '401: invalid_client'],
    ['a wrong secret', wrong, '2.23', [v2, v1], '400 (the request is not valid)'],
    ['somebody else’s secret', nobody, '2.24', [v2], '401: invalid_client'],
    ['a disabled account', disabled, '2.24', [v2], '401: invalid_client'],
    ['a disabled account', disabled, '2.23', [v2, v1], '400 (the request is not valid)'],
  ] as const)('%s', async (_, client, controlPlane, asked, status) => {
    const deployment = deploy({ controlPlane });
    expect(await tryOut(deployment, client)).toEqual({
      works: false,
      why: `cannot get an access token: runai answered ${status}: it was replaced, or its account is disabled`,
      sleeps: [],
    });
    expect([deployment.tokenRequests, deployment.requests]).toEqual([asked, []]);
  });

  test('with nothing of the answer, which may echo it', async () => {
    const echo = { ...token, answer: () => problem(401, administrator.clientSecret) };
    const { works, why } = await tryOut(deploy({ intercept: faults(echo) }), administrator);
    expect(works).toBe(false);
    expect(why).not.toContain(administrator.clientSecret);
  });
});

describe('nothing can be said after', () => {
  test.each([
    ['403', () => problem(403, 'no'), 1, [], 'runai answered 403 (the credential may not do this)'],
    ['429', () => problem(429, 'later'), 4, [500, 1000, 2000], 'runai answered 429 (too many requests)'],
    ['500', serverError, 1, [], 'runai answered 500 (internal error)'],
    ['503', () => problem(503, 'later'), 4, [500, 1000, 2000], 'runai answered 503 (service unavailable)'],
    [
      '502 of a gateway',
      () => page(502),
      4,
      [500, 1000, 2000],
      'a gateway answered in place of runai: 502 (bad gateway) with an HTML page',
    ],
  ] as const)('%s', async (_, answer, times, sleeps, status) => {
    const deployment = deploy({ intercept: faults({ ...token, answer }) });
    expect(await tryOut(deployment, administrator)).toEqual({
      works: null,
      why: `cannot get an access token: ${status}`,
      sleeps,
    });
    expect(deployment.tokenRequests).toEqual(Array.from({ length: times }, () => v2));
  });

  test('a dropped connection, which is tried again', async () => {
    const deployment = deploy({ intercept: faults({ ...token, answer: lost }) });
    expect(await tryOut(deployment, administrator)).toEqual({
      works: null,
      why: 'cannot get an access token: runai at https://runai.example.com ended the connection without an answer',
      sleeps: [500, 1000, 2000],
    });
    expect(deployment.tokenRequests).toEqual([v2, v2, v2, v2]);
  });

  test('JSON that is no token', async () => {
    const other = { ...token, answer: () => Response.json({ token: 'x' }) };
    const { works, why } = await tryOut(deploy({ intercept: faults(other) }), administrator);
    expect(works).toBeNull();
    expect(why).toContain('JSON that does not fit at access_token');
  });

  test('no request, where the client id is not known', async () => {
    const deployment = deploy();
    expect(await tryOut(deployment, { ...administrator, clientId: null })).toEqual({
      works: null,
      why: 'the client id of the account is not known',
      sleeps: [],
    });
    expect(deployment.tokenRequests).toEqual([]);
  });
});
