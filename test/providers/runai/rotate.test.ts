// @module-tag slow
import { describe, expect, test } from 'vitest';

import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import { testNow } from '../../harness/context.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { problem, unauthorized } from './faults.ts';
import { journalOf } from './journal.ts';
import { accounts, beforeRotation, ciVision } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const rotate = ['sa', 'rotate', '--id', name, '--yes'];
const secret = `POST ${accounts}/${id}/secret`;
const transcript = [...beforeRotation, secret];
const signIn = 'POST /api/v2/token';

test('reads the account twice, asks once for a new secret, and signs in with it', async () => {
  const deployment = deploy({ newSecret: () => 'new-secret' });
  expect(await deployment.run([...rotate, '-q', '.credential,.verified,.reissued'])).toEqual({
    code: 0,
    stdout:
      '{"kind":"client-secret","value":"new-secret","clientId":"ci-vision","expiresAt":null,"fingerprint":"sha256:fc97bb52861f"}\n' +
      'true\nfalse\n',
    stderr: '',
  });
  expect(deployment.requests).toEqual(transcript);
  expect(deployment.bodies).toEqual([null]);
  expect(deployment.tokenRequests).toEqual([signIn, signIn]);
  expect(await journalOf(deployment)).toEqual([]);
});

test('--no-verify does not sign in with it', async () => {
  const deployment = deploy({ newSecret: () => 'new-secret' });
  const outcome = await deployment.run([...rotate, '--no-verify', '-q', '[.verified, .credential.value]']);
  expect(outcome).toEqual({ code: 0, stdout: '[null,"new-secret"]\n', stderr: '' });
  expect(deployment.tokenRequests).toEqual([signIn]);
});

test('a client id that is not the name is joined from the account', async () => {
  const seed = seedRunai(testNow);
  const renamed = seed.accounts.map((account) => (account.id === id ? { ...account, clientId: 'c1' } : account));
  const deployment = deploy({ newSecret: () => 'new-secret', state: { ...seed, accounts: renamed } });
  const outcome = await deployment.run([
    ...rotate,
    '-q',
    '.credential.value,.credential.clientId,.clientId,.name,.verified',
  ]);
  expect(outcome).toEqual({ code: 0, stdout: `new-secret\nc1\nc1\n${name}\ntrue\n`, stderr: '' });
});

test('an account that was changed in the meantime is not rotated', async () => {
  let readings = 0;
  const deployment = deploy({
    intercept: (request, next) => {
      const isList = request.method === 'GET' && request.url.endsWith(accounts);
      readings += isList ? 1 : 0;
      if (isList && readings === 2) {
        deployment.state.accounts = deployment.state.accounts.map((account) =>
          account.id === id ? { ...account, updatedAt: '2026-11-22T12:00:00.000Z' } : account,
        );
      }
      return next(request);
    },
  });
  expect(await deployment.run([...rotate, '--format', 'yaml'])).toEqual({
    code: 5,
    stdout: '',
    stderr:
      `sactl: ${name} (${id}) in organization 1001 was changed by somebody else in the meantime; nothing was sent\n` +
      'hint: look at the account, then run the command again\n',
  });
  expect(deployment.requests).toEqual(beforeRotation);
  expect(await journalOf(deployment)).toEqual([]);
});

test('a refused token is renewed, because nothing was done', async () => {
  const once = { method: 'POST', path: '/secret', hits: [1], answer: unauthorized };
  const deployment = deploy({ intercept: faults(once), newSecret: () => 'new-secret' });
  const outcome = await deployment.run([...rotate, '-q', '.credential.value']);
  expect(outcome).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  expect(deployment.mutations()).toEqual([secret, secret]);
});

test.each([
  [400, 1],
  [403, 4],
  [404, 3],
])('%i is a refusal: the old secret works on', async (status, code) => {
  const answer = { method: 'POST', path: '/secret', answer: () => problem(status, 'the-secret') };
  const deployment = deploy({ intercept: faults(answer) });
  const outcome = await deployment.run([...rotate, '--json']);
  expect([outcome.code, outcome.stdout]).toEqual([code, '']);
  expect(outcome.stderr).not.toContain('the-secret');
  expect(deployment.requests).toEqual(transcript);
  expect(await journalOf(deployment)).toEqual([]);
});

test.each([
  ['2.24', '.clientSecret', 'service-accounts'],
  ['2.23', '.secret', 'apps'],
] as const)('--raw on %s is the answer', async (controlPlane, filter, path) => {
  const deployment = deploy({ controlPlane, newSecret: () => 'new-secret' });
  const outcome = await deployment.run([...rotate, '--raw', '-q', filter]);
  expect(outcome).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  expect(deployment.mutations()).toEqual([`POST /api/v1/${path}/${id}/secret`]);
});

describe('a disabled account', () => {
  const { clientId } = runaiSandboxClients.disabled;
  const argv = ['sa', 'rotate', '--id', clientId, '--yes'];

  test('is rotated, and the preview says that it stays disabled', async () => {
    expect(await deploy().run([...argv, '--dry-run', '-q', '.effects[]?'])).toEqual({
      code: 0,
      stdout:
        'the current client secret stops working at once; what signs in with it fails until it has the new one\n' +
        'the account is disabled: the new secret works once it is enabled\n' +
        'a new client secret is issued, which Run:ai shows only once\n',
      stderr: '',
    });
  });

  test('cannot sign in, which says nothing of its new secret', async () => {
    const deployment = deploy({ newSecret: () => 'new-secret' });
    const outcome = await deployment.run([...argv, '-q', '[.verified, .status, .credential.value]']);
    expect(outcome).toEqual({
      code: 0,
      stdout: '[null,"disabled","new-secret"]\n',
      stderr: 'sactl: the credential could not be verified: the account is disabled\n',
    });
    expect(deployment.tokenRequests).toEqual([signIn]);
    expect(await journalOf(deployment)).toEqual([]);
    await deployment.run(['sa', 'update', '--id', clientId, '--enable', '-q', '.enabled']);
    const env = { RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: 'new-secret' };
    const whoami = await deployment.run(['whoami', '-q', '.subject'], { env });
    expect([whoami.code, whoami.stdout]).toEqual([0, `${clientId}\n`]);
  });
});
