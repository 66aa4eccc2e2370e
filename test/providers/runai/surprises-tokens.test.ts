// @module-tag slow
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { isTokenRequest, runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { oauth, page, problem } from './faults.ts';
import { accounts, ciVision, findCiVision, list } from './paths.ts';

/** The surprises of docs/contracts/runai.md 15 about signing in, each by its number. */
const deploy = useRunai();
const { clientId, clientSecret } = runaiSandboxClients.administrator;
const count = ['sa', 'list', '-q', 'length'];
const counted = { code: 0, stdout: '13\n', stderr: '' };
const v1 = 'POST /api/v1/token';
const v2 = 'POST /api/v2/token';
const v2Path = '/api/v2/token';

/** What is sent to the token endpoints of a version. */
async function sentTo(controlPlane: '2.24' | '2.23'): Promise<(string | null)[]> {
  const sent: (string | null)[] = [];
  const deployment = deploy({
    controlPlane,
    intercept: async (request, next) => {
      if (!isTokenRequest(request)) return next(request);
      const { headers } = request;
      sent.push(headers.get('authorization'), headers.get('content-type'));
      sent.push(await request.clone().text());
      return next(request);
    },
  });
  expect(await deployment.run(count)).toEqual(counted);
  return sent;
}

const form = [
  null,
  'application/x-www-form-urlencoded',
  `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
];

test('1: v2 is a form in snake_case, v1 is JSON in camelCase', async () => {
  expect(await sentTo('2.24')).toEqual(form);
  expect(await sentTo('2.23')).toEqual([
    ...form,
    null,
    'application/json',
    `{"grantType":"client_credentials","clientID":"${clientId}","clientSecret":"${clientSecret}"}`,
  ]);
});

describe('1: both error shapes are a refusal', () => {
  test.each([
    ['2.24', [v2]],
    ['2.23', [v2, v1]],
  ] as const)('%s', async (controlPlane, asked) => {
    const deployment = deploy({ controlPlane, client: { clientId, clientSecret: 'wrong' } });
    expect(await deployment.run(['sa', 'list'])).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'sactl: cannot get an access token: Run:ai refused the client id and its secret\n' +
        'hint: check both in environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET: the secret may have been regenerated, or the account disabled; an access token needs no client id\n',
    });
    expect([deployment.tokenRequests, deployment.requests]).toEqual([asked, []]);
  });
});

test('2: v1 before 2.24 says nothing of its expiry, and its token does', async () => {
  const deployment = deploy({ controlPlane: '2.23' });
  const outcome = await deployment.run(['sa', 'get', '--id', 'ci-vision', '-q', '.name']);
  expect(outcome).toEqual({ code: 0, stdout: 'ci-vision\n', stderr: '' });
  expect(deployment.tokenRequests).toEqual([v2, v1]);
  expect(deployment.requests).toHaveLength(3);
});

describe('5: rotating the account one signs in with', () => {
  const rotate = ['sa', 'rotate', '--id', clientId];

  test('is warned of', async () => {
    const deployment = deploy();
    const { code, stdout, stderr } = await deployment.run([...rotate, '--dry-run', '--json']);
    expect({ code, error: JSON.parse(stderr) }).toMatchObject({
      code: 2,
      error: { error: { code: 'usage', message: expect.stringContaining('--allow-self') } },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      effects: [
        'the current client secret stops working at once; what signs in with it fails until it has the new one',
        'a new client secret is issued, which Run:ai shows only once',
        'this is the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential',
        'replace the credential in environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET before the next command',
      ],
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('is not warned of for another', async () => {
    const argv = ['sa', 'rotate', '--id', 'ci-vision', '--dry-run', '--json'];
    expect((await deploy().run(argv)).stdout).not.toContain('signs in with:');
  });

  test('sends nothing after it with the old secret', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sactl-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const deployment = deploy({ newSecret: () => 'new-secret' });
    const argv = [...rotate, '--yes', '--allow-self', '--to', 'file:secret', '-q', '.verified'];
    const outcome = await deployment.run(argv, { cwd: directory });
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(deployment.requests.at(-1)).toMatch(/^POST .*\/secret$/);
    // The second is for the new secret.
    expect(deployment.tokenRequests).toEqual([v2, v2]);
    const env = { RUNAI_CLIENT_SECRET: 'new-secret' };
    expect(await deployment.run(count, { env })).toEqual(counted);
  });
});

describe('17: a page with 200 is no success', () => {
  test('of the token endpoint: v1 is asked', async () => {
    const ui = { method: 'POST', path: '/api/v2/token', answer: () => page(200) };
    const deployment = deploy({ intercept: faults(ui) });
    expect(await deployment.run(count)).toEqual(counted);
    expect([deployment.tokenRequests, deployment.requests]).toEqual([[v2, v1], [list]]);
  });

  test('of everything: it is said what came', async () => {
    const deployment = deploy({ intercept: () => page(200) });
    expect(await deployment.run(['sa', 'list'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot get an access token: a gateway answered in place of runai: 200 with an HTML page\n' +
        'hint: is https://runai.example.com the address of a Run:ai control plane?\n',
    });
    expect([deployment.tokenRequests, deployment.requests]).toEqual([[v2, v1], []]);
  });

  test('of a list on a control plane that has it', async () => {
    const ui = { method: 'GET', path: 'access-rules', answer: () => page(200) };
    const deployment = deploy({ intercept: faults(ui) });
    expect(await deployment.run(['sa', 'get', '--id', ciVision.id])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot list access rules: a gateway answered in place of runai: 200 with an HTML page\n' +
        'hint: look for a proxy, firewall or login page before https://runai.example.com, and check that endpoint (environment variable RUNAI_BASE_URL)\n',
    });
    expect(deployment.requests).toEqual(findCiVision);
  });
});

describe('21: a 400 or 401 of v2 is not yet a wrong secret', () => {
  const refused =
    'sactl: cannot get an access token: Run:ai refused the client id and its secret\n' +
    'hint: check both in environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET: the secret may have been regenerated, or the account disabled; an access token needs no client id\n';
  const untested = 'the client id and its secret were not checked';
  const later = 'run it again in a minute';

  describe.each([400, 401])('%i', (status) => {
    test.each(['invalid_client', 'invalid_grant', 'unauthorized_client'])('with %s is one', async (code) => {
      const deployment = deploy({
        intercept: faults({ method: 'POST', path: v2Path, answer: () => oauth(status, code) }),
      });
      expect(await deployment.run(['sa', 'list'])).toEqual({ code: 4, stdout: '', stderr: refused });
      expect([deployment.tokenRequests, deployment.requests]).toEqual([[v2], []]);
    });

    test.each([
      ['temporarily_unavailable', later],
      ['server_error', later],
      ['invalid_request', untested],
      ['unsupported_grant_type', untested],
      ['invalid_scope', untested],
    ])('with %s is none', async (code, hint) => {
      const deployment = deploy({
        intercept: faults({ method: 'POST', path: v2Path, answer: () => oauth(status, code, 'a description') }),
      });
      const outcome = await deployment.run(['sa', 'list']);
      expect(outcome).toEqual({
        code: 1,
        stdout: '',
        stderr: `sactl: cannot get an access token: runai answered ${status}: ${code}\nhint: ${hint}\n`,
      });
      expect([deployment.tokenRequests, deployment.requests]).toEqual([[v2], []]);
      const { stderr } = await deployment.run(['sa', 'list', '--json']);
      expect(JSON.parse(stderr)).toMatchObject({ error: { status: null, retryable: hint === later } });
    });
  });

  test.each(['temporarily_unavailable', 'server_error', 'invalid_request', 'invalid_scope'])(
    'so a secret that was just regenerated is not condemned by %s',
    async (code) => {
      const deployment = deploy({
        newSecret: () => 'new-secret',
        intercept: async (request, next) => {
          const isNew = isTokenRequest(request) && (await request.clone().text()).includes('new-secret');
          return isNew ? oauth(400, code) : next(request);
        },
      });
      const argv = ['sa', 'rotate', '--id', 'ci-vision', '--yes', '-q', '.credential.value,.verified,.recoverId'];
      expect(await deployment.run(argv)).toEqual({
        code: 0,
        stdout: 'new-secret\nnull\nnull\n',
        stderr: `sactl: the credential could not be verified: cannot get an access token: runai answered 400: ${code}\n`,
      });
    },
  );

  test.each([
    ['403', () => problem(403, 'no')],
    ['409', () => problem(409, 'no')],
  ])('a %s to a token request is not the answer to the request that needs it', async (_, answer) => {
    let signedIn = 0;
    const deployment = deploy({
      newToken: () => 'opaque',
      intercept: async (request, next) => {
        if (!isTokenRequest(request)) return next(request);
        signedIn += 1;
        const token = await next(request);
        if (signedIn > 1) return answer();
        return Response.json({ ...((await token.json()) as object), expires_in: 1 });
      },
    });
    // The list is read with the first token; that access rules cannot be read would be a 403 of theirs.
    const outcome = await deployment.run(['sa', 'get', '--id', 'ci-vision', '--json']);
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { status: null, hint: untested } });
    expect(deployment.requests).toEqual([list]);
  });
});

describe('20: a host of one’s own', () => {
  test.each(['https://runai.example.com', 'https://runai.example.com/'])('%s', async (url) => {
    const deployment = deploy();
    expect(await deployment.run(count, { env: { RUNAI_BASE_URL: url } })).toEqual(counted);
    expect(deployment.requests).toEqual([`GET ${accounts}`]);
  });

  test('must be https', async () => {
    const deployment = deploy();
    const env = { RUNAI_BASE_URL: 'http://runai.example.com' };
    const { code, stdout, stderr } = await deployment.run(['sa', 'list'], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('RUNAI_BASE_URL');
    expect(stderr).toContain('https');
    expect(deployment.tokenRequests).toEqual([]);
  });

  // That a good one is trusted needs real sockets: test/http/transport.test.ts.
  test('may have a CA of its own, which must be one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sactl-'));
    const file = join(directory, 'ca.pem');
    await writeFile(file, 'no certificate\n');
    const deployment = deploy();
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', '--ca-cert', file]);
    await rm(directory, { recursive: true });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(file);
    expect(deployment.tokenRequests).toEqual([]);
  });
});
