// @module-tag slow
import { describe, expect, test } from 'vitest';

import { runaiEndpoint, runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { forbidden, oauth, page, problem, serverError, unauthorized } from './faults.ts';
import { accounts, list, rulesOf } from './paths.ts';

const deploy = useRunai();
const { clientId, clientSecret } = runaiSandboxClients.administrator;
const v1 = 'POST /api/v1/token';
const v2 = 'POST /api/v2/token';
const count = ['sa', 'list', '-q', 'length'];
const counted = { code: 0, stdout: '13\n', stderr: '' };
const withRules = ['sa', 'list', '--columns', 'name,rules', '--format', 'csv'];
const source = 'environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET';

const fault = { method: 'POST', path: '/api/v2/token' };

describe('v1 is asked', () => {
  test.each([
    ['404', () => problem(404, 'no such path')],
    ['405', () => problem(405, 'method not allowed')],
    ['the user interface', () => page(200)],
    ['an empty 200', () => new Response(null)],
  ])('after %s', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ ...fault, answer }) });
    expect(await deployment.run(count)).toEqual(counted);
    expect(deployment.tokenRequests).toEqual([v2, v1]);
  });

  test.each([
    ['400', () => problem(400, 'no'), 1],
    ['401', unauthorized, 4],
    ['401 with a page', () => page(401), 1],
    ['400 without a body', () => new Response(null, { status: 400 }), 1],
    ['403 with a page', () => page(403), 1],
    ['500', serverError, 1],
    ['JSON that is no token', () => Response.json({ token: 'x' }), 1],
  ])('not after %s', async (_, answer, code) => {
    const deployment = deploy({ intercept: faults({ ...fault, answer }) });
    expect((await deployment.run(count)).code).toBe(code);
    expect(deployment.tokenRequests).toEqual([v2]);
    expect(deployment.requests).toEqual([]);
  });
});

describe('a wrong secret', () => {
  test.each([
    ['2.24', [v2], 401],
    ['2.23', [v2, v1], 400],
  ] as const)('is one failed request on %s, and names its source', async (version, asked, status) => {
    const client = { clientId, clientSecret: 'wrong-secret' };
    const deployment = deploy({ client, controlPlane: version });
    const outcome = await deployment.run([...withRules, '--debug']);
    expect([outcome.code, outcome.stdout]).toEqual([4, '']);
    expect(outcome.stderr).toContain(
      'sactl: cannot get an access token: Run:ai refused the client id and its secret\n' +
        `hint: check both in ${source}: the secret may have been regenerated, or the account disabled; an access token needs no client id\n`,
    );
    expect(outcome.stderr).toContain(` ${status} `);
    expect(outcome.stderr).not.toContain('wrong-secret');
    expect(deployment.tokenRequests).toEqual(asked);
    expect(deployment.requests).toEqual([]);
  });

  test('is what a disabled account has', async () => {
    const deployment = deploy({ client: runaiSandboxClients.disabled });
    expect((await deployment.run(count)).code).toBe(4);
    expect(deployment.tokenRequests).toEqual([v2]);
  });
});

test('RUNAI_TOKEN is sent as it is, and nothing is asked for', async () => {
  const seen: (string | null)[] = [];
  const deployment = deploy({
    intercept: ({ headers }) => {
      seen.push(headers.get('authorization'));
      return Response.json([{ id: '1', name: 'only' }]);
    },
  });
  const env = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined, RUNAI_TOKEN: 'a.b.c' };
  expect(await deployment.run(count, { env })).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  expect(seen).toEqual(['Bearer a.b.c']);
  expect(deployment.tokenRequests).toEqual([]);
});

test('RUNAI_TOKEN that is refused is not sent again', async () => {
  const deployment = deploy();
  const env = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined, RUNAI_TOKEN: 'a.b.c' };
  expect(await deployment.run(['sa', 'list'], { env })).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'sactl: cannot list service accounts: runai answered 401: Issuer is not familiar\n' +
      'hint: check the access token from environment variable RUNAI_TOKEN: it may have expired; if it is a client secret, give its client id, too: RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET\n',
  });
  expect([deployment.requests, deployment.tokenRequests]).toEqual([[list], []]);
});

describe('401 in the middle', () => {
  test('is answered by one new token', async () => {
    const once = faults({ method: 'GET', path: accounts, hits: [1], answer: unauthorized });
    const deployment = deploy({ intercept: once });
    expect(await deployment.run(count)).toEqual(counted);
    expect([deployment.tokenRequests, deployment.requests]).toEqual([
      [v2, v2],
      [list, list],
    ]);
  });

  test('is final the second time', async () => {
    const always = faults({ method: 'GET', path: accounts, answer: unauthorized });
    const deployment = deploy({ intercept: always });
    expect((await deployment.run(count)).code).toBe(4);
    expect([deployment.tokenRequests, deployment.requests]).toEqual([
      [v2, v2],
      [list, list],
    ]);
  });

  test('of two requests at once is answered by one new token for both', async () => {
    const once = faults(
      { method: 'GET', path: accounts, hits: [1], answer: unauthorized },
      { method: 'GET', path: 'access-rules', hits: [1], answer: unauthorized },
    );
    const deployment = deploy({ intercept: once });
    expect((await deployment.run(withRules)).code).toBe(0);
    expect(deployment.tokenRequests).toEqual([v2, v2]);
    expect(deployment.requests.toSorted()).toEqual([rulesOf(), rulesOf(), list, list]);
  });
});

test('requests at the same time share one token', async () => {
  const deployment = deploy();
  expect((await deployment.run(withRules)).code).toBe(0);
  expect(deployment.tokenRequests).toEqual([v2]);
  expect(deployment.requests).toHaveLength(2);
});

test.each([runaiEndpoint, `${runaiEndpoint}/`, `${runaiEndpoint}//`])('RUNAI_BASE_URL may be %s', async (url) => {
  const deployment = deploy();
  expect(await deployment.run(count, { env: { RUNAI_BASE_URL: url } })).toEqual(counted);
  expect([deployment.tokenRequests, deployment.requests]).toEqual([[v2], [list]]);
});

test.each([
  ['a lost answer', lost],
  ['503', () => problem(503, 'try later')],
])('%s to a token request is asked again, because it changes nothing', async (_, answer) => {
  const deployment = deploy({ intercept: faults({ ...fault, hits: [1], answer }) });
  const context = deployment.context();
  expect(await runIn(context, count)).toEqual(counted);
  expect([deployment.tokenRequests, context.sleeps]).toEqual([[v2, v2], [500]]);
});

describe('a token that no request can carry is a bad answer, and not the fault of the user’s variables', () => {
  test.each([
    ['an empty one', ''],
    ['a blank one', ' '],
    ['white space', 'the token'],
    ['a line break', 'the\r\ntoken'],
    ['a control character', 'the\u0000token'],
    ['letters of other alphabets', 'tok\u00e9n'],
    ['a long one', 'x'.repeat(64 * 1024 + 1)],
  ])('%s', async (_, token) => {
    for (const [path, body, asked] of [
      ['/api/v2/token', { access_token: token, expires_in: 3600 }, [v2]],
      ['/api/v1/token', { accessToken: token, expiresIn: 3600 }, [v2, v1]],
    ] as const) {
      const deployment = deploy({
        ...(path === '/api/v1/token' ? { controlPlane: '2.23' } : {}),
        intercept: faults({ method: 'POST', path, answer: () => Response.json(body) }),
      });
      expect(await deployment.run([...count, '--debug', '--quiet'])).toMatchObject({ code: 1, stdout: '' });
      expect(await deployment.run(count)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(
          `cannot get an access token: runai answered POST ${path} with 200 and JSON that does not fit at access`,
        ),
      });
      expect([deployment.tokenRequests, deployment.requests]).toEqual([[...asked, ...asked], []]);
    }
  });
});

describe('the secret and the tokens', () => {
  test.each([
    ['success', undefined],
    ['a refused token', unauthorized],
    ['a refused request', forbidden],
  ])('are in no output with --debug after %s', async (_, answer) => {
    const intercept = answer === undefined ? {} : { intercept: faults({ method: 'GET', answer }) };
    const deployment = deploy({ ...intercept, newToken: () => 'the.access.token' });
    const { stdout, stderr } = await deployment.run([...count, '--debug']);
    expect(stderr).toContain('sent headers');
    for (const word of [clientSecret, 'the.access.token']) {
      expect(stdout + stderr).not.toContain(word);
    }
  });

  test('are in no error that a token endpoint echoes them in', async () => {
    for (const answer of [
      () => problem(400, `no: ${clientSecret}`),
      () => oauth(400, 'invalid_scope', clientSecret),
      () => oauth(401, 'invalid_client', clientSecret),
      () => oauth(400, clientSecret),
      () => Response.json({ code: clientSecret, message: 'no' }, { status: 400 }),
    ]) {
      const { code, stderr } = await deploy({ intercept: faults({ ...fault, answer }) }).run([...count, '--debug']);
      expect([1, 4]).toContain(code);
      expect(stderr).not.toContain(clientSecret);
    }
  });
});
