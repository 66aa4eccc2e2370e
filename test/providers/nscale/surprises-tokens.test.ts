// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { ciDeploy } from './ci-deploy.ts';
import { faults } from '../faults.ts';
import { problem } from './faults.ts';
import { again, looking } from './lost.ts';
import { accounts, discovery, list, verification, userInfo } from './paths.ts';

/** Surprises 9 to 16 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
/** How every encrypted token begins. */
const joseHeader = Buffer.from('{"alg":"A256GCMKW","enc":"A256GCM"}').toString('base64url');
const { backup, runner, terraform } = accountIds;
const rotate = ['sa', 'rotate', '--id', ciDeploy, '--yes'];
const post = `POST ${accounts}/${ciDeploy}/rotate`;
const inNinetyDays = '2027-02-20T12:00:00Z';

test('9: a token is opaque, and its expiry is what status.expiry says', async () => {
  const token = 'eyJhbGciOiJBMjU2R0NNS1cifQ.a-b_c.d.e.f';
  const deployment = deploy({ newSecret: () => token });
  const argv = [...rotate, '-q', '.credential.value,.credential.expiresAt,.expiresAt'];
  expect(await deployment.run(argv)).toEqual({
    code: 0,
    stdout: `${token}\n${inNinetyDays}\n${inNinetyDays}\n`,
    stderr: '',
  });
});

describe('10: an expired account stays, and a rotation revives it', () => {
  test('it is listed as expired', async () => {
    const outcome = await deploy().run(['sa', 'get', '--id', backup, '-q', '.status']);
    expect(outcome).toEqual({ code: 0, stdout: 'expired\n', stderr: '' });
  });

  test('the preview says that it is revived', async () => {
    const deployment = deploy();
    const argv = ['sa', 'rotate', '--id', backup, '--dry-run', '-q', '.effects[]'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'this account has expired: rotating revives it\na new token is issued, which nscale shows only once\n',
      stderr: '',
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('it is active afterwards', async () => {
    const deployment = deploy({ newSecret: () => 'token' });
    const argv = ['sa', 'rotate', '--id', backup, '--yes', '-q', '.credential.value,.status'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'token\nactive\n', stderr: '' });
  });
});

test.each([
  ['a newline', '\n'],
  ['a line end of Windows', '\r\n'],
  ['a space', ' '],
])('11: %s after the token is not sent', async (_, end) => {
  const deployment = deploy();
  const env = { NSCALE_SERVICE_TOKEN: `${sandboxTokens.administrator}${end}` };
  const outcome = await deployment.run(['sa', 'list', '-q', 'length'], { env });
  expect(outcome).toEqual({ code: 0, stdout: '13\n', stderr: '' });
});

test('12: no cause is promised for a token that is refused', async () => {
  const deployment = deploy({ token: `${joseHeader}.b.c.d.e` });
  expect(await deployment.run(['sa', 'list'])).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'sactl: cannot list organizations: nscale answered 401: the token is not accepted (expired, rotated, deleted, or issued by another deployment)\n' +
      'hint: check the credential from environment variable NSCALE_SERVICE_TOKEN: it may have expired or been replaced\n',
  });
  expect(deployment.requests).toEqual([discovery]);
});

test.each(['a.b.c.d.e', `${joseHeader}.b.c.d`, 'password'])(
  '12: text that is no token is called that: %s',
  async (token) => {
    expect(await deploy({ token }).run(['sa', 'list'])).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'sactl: cannot list organizations: nscale answered 401: this is not an nscale token, or only a part of one (unrecognized bearer token format)\n' +
        'hint: check the credential from environment variable NSCALE_SERVICE_TOKEN: it may have expired or been replaced\n',
    });
  },
);

describe('13: any 2xx is a success', () => {
  test.each([200, 201, 202])('%i with a token', async (status) => {
    for (const argv of [rotate, ['sa', 'create', '--name', 'fresh']]) {
      const deployment = deploy({
        newSecret: () => 'token',
        intercept: async (request, next) => {
          const answer = await next(request);
          return request.method === 'POST' ? new Response(answer.body, { status }) : answer;
        },
      });
      const outcome = await deployment.run([...argv, '-q', '.credential.value,.verified']);
      expect(outcome).toEqual({ code: 0, stdout: 'token\ntrue\n', stderr: '' });
    }
  });

  test.each([200, 202, 204])('%i without a body, to a delete', async (status) => {
    const answer = { method: 'DELETE', answer: () => new Response(null, { status }) };
    const deployment = deploy({ intercept: faults(answer) });
    const outcome = await deployment.run(['sa', 'delete', '--id', ciDeploy, '-y', '-q', '.deleted']);
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(deployment.requests).toEqual([discovery, list, userInfo, `DELETE ${accounts}/${ciDeploy}`]);
  });
});

function answering(status: object): () => Response {
  const metadata = { id: ciDeploy, name: 'ci-deploy' };
  return () => Response.json({ metadata, spec: { groupIDs: [] }, status });
}

describe('14: status.accessToken', () => {
  const without: readonly (readonly [string, { accessToken?: string }])[] = [
    ['absent', {}],
    ['empty', { accessToken: '' }],
    ['blank', { accessToken: ' \n' }],
  ];

  test.each(without)('%s in an answer: the account is issued another', async (_, status) => {
    const fault = { method: 'POST', hits: [1], done: true, answer: answering(status) };
    const deployment = deploy({ newSecret: () => 'token', intercept: faults(fault) });
    expect(await deployment.run([...rotate, '-q', '.credential.value,.reissued'])).toEqual({
      code: 0,
      stdout: 'token\ntrue\n',
      stderr: `${looking}${again('ci-deploy', ciDeploy)}`,
    });
    expect(deployment.mutations()).toEqual([post, post]);
  });

  test.each([
    ['absent in every answer', [], `${looking}${again('ci-deploy', ciDeploy)}`, [post, post]],
    ['absent in an answer, with --no-reissue', ['--no-reissue'], looking, [post]],
  ])('%s: the old token must be taken for dead', async (_, flags, notes, sent) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', done: true, answer: answering({}) }) });
    expect(await deployment.run([...rotate, '--format', 'yaml', ...flags])).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `${notes}sactl: cannot rotate service account ci-deploy (${ciDeploy}): nscale's answer holds no token; it was rotated: the old credential is dead, and no new one was received\n` +
        `hint: rotate again: sactl serviceaccounts rotate --id ${ciDeploy}\n`,
    });
    expect(deployment.mutations()).toEqual(sent);
  });

  test('is where --raw prints it, and nowhere in stderr with --debug', async () => {
    const deployment = deploy({ newSecret: () => 'the-token' });
    const argv = [...rotate, '--raw', '--debug', '-q', '.status.accessToken'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([0, 'the-token\n']);
    expect(stderr).not.toContain('the-token');
    expect(stderr).not.toContain(sandboxTokens.administrator);
    expect(stderr.trim().split('\n')).toHaveLength(6);
    expect(deployment.requests).toEqual([discovery, list, userInfo, list, post, verification]);
  });

  test('that an error body echoes is not shown', async () => {
    const answer = { method: 'POST', answer: () => problem(400, 'invalid_request', 'the-token') };
    const { stdout, stderr } = await deploy({ intercept: faults(answer) }).run([...rotate, '--debug', '--json']);
    expect(stdout + stderr).not.toContain('the-token');
  });
});

test('15: a rotation is no modification, and nothing tells when a token was issued', async () => {
  const deployment = deploy({ newSecret: () => 'token' });
  const before = await deployment.run(['sa', 'get', '--id', ciDeploy, '-q', '.updatedAt']);
  const after = await deployment.run([...rotate, '-q', '.credential.value,.updatedAt']);
  expect(before.stdout).toMatch(/^2026-11-10T/);
  expect(after).toEqual({ code: 0, stdout: `token\n${before.stdout}`, stderr: '' });
});

test('16: the creator may be another account', async () => {
  const outcome = await deploy().run(['sa', 'get', '--id', runner, '-q', '.createdBy']);
  expect(outcome).toEqual({ code: 0, stdout: `${terraform}\n`, stderr: '' });
});
