import { describe, expect, test } from 'vitest';

import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { page, problem, serverError, unauthorized, withClientId } from './faults.ts';
import { accounts, ciVision, findCiVision } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const rotate = ['sa', 'rotate', '--id', name, '--yes'];
const secret = `POST ${accounts}/${id}/secret`;
const transcript = [...findCiVision, secret];
const subject = `cannot rotate service account ${name} (${id})`;

test('reads the account, then asks once for a new secret', async () => {
  const deployment = deploy({ newSecret: () => 'new-secret' });
  expect(await deployment.run([...rotate, '-q', '.credential'])).toEqual({
    code: 0,
    stdout:
      '{"kind":"client-secret","value":"new-secret","clientId":"ci-vision","expiresAt":null,"fingerprint":"sha256:fc97bb52861f"}\n',
    stderr: '',
  });
  expect(deployment.requests).toEqual(transcript);
  expect(deployment.bodies).toEqual([null]);
  expect(deployment.tokenRequests).toEqual(['POST /api/v2/token']);
});

test('a client id that is not the name is joined from the account', async () => {
  const deployment = deploy({ newSecret: () => 'new-secret', intercept: withClientId('c1') });
  const outcome = await deployment.run([
    ...rotate,
    '-q',
    '.credential.value,.credential.clientId,.clientId,.name',
  ]);
  expect(outcome).toEqual({ code: 0, stdout: `new-secret\nc1\nc1\n${name}\n`, stderr: '' });
});

describe('a new secret that did not arrive is not asked for again', () => {
  test.each<[string, boolean, () => Response, string]>([
    ['a lost answer', true, lost, 'runai at https://runai.example.com'],
    ['500', true, serverError, 'runai answered 500 (internal error)'],
    ['502', false, () => page(502), 'runai answered 502 (bad gateway) with an HTML page'],
    ['503', false, () => problem(503, 'later'), 'runai answered 503 (service unavailable)'],
    ['a page', true, () => page(200), `runai answered ${secret} with 200 and an HTML page`],
  ])('%s', async (_, done, answer, what) => {
    const fault = { method: 'POST', path: '/secret', done, answer };
    const deployment = deploy({ intercept: faults(fault) });
    const { code, stdout, stderr } = await deployment.run([...rotate, '--format', 'yaml']);
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain(`sactl: ${subject}: ${what}`);
    expect(stderr).toContain('the old credential may be dead, and no new one was received');
    expect(stderr).toContain(`hint: rotate again: sactl serviceaccounts rotate --id ${id}\n`);
    expect(deployment.requests).toEqual(transcript);
  });

  test('a timeout', async () => {
    const deployment = deploy();
    const { stdout, stderr, code } = await deployment.run(rotate.concat('--format', 'yaml'), {
      fetch: async (input, init) => {
        const answer = await globalThis.fetch(input, init);
        if (!new Request(input).url.endsWith('/secret')) return answer;
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('timed out'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
        });
      },
    });
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain('the old credential may be dead');
    expect(deployment.requests).toEqual(transcript);
  });

  test.each([
    ['no secret', {}],
    ['an empty one', { clientSecret: '' }],
    ['a blank one', { clientSecret: ' \n' }],
  ])('200 with %s: the old one is dead', async (_, body) => {
    const answer = { method: 'POST', path: '/secret', answer: () => Response.json(body) };
    const deployment = deploy({ intercept: faults(answer) });
    const { code, stdout, stderr } = await deployment.run([...rotate, '--format', 'yaml']);
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain(
      `sactl: ${subject}: Run:ai's answer holds no secret, and the old one is dead`,
    );
    expect(deployment.requests).toEqual(transcript);
  });
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

test('a disabled account is rotated, and the preview says that it stays disabled', async () => {
  const argv = ['sa', 'rotate', '--id', 'retired-notebooks', '--dry-run', '-q', '.effects[]?'];
  expect(await deploy().run(argv)).toEqual({
    code: 0,
    stdout:
      'the current client secret stops working at once, and everything that signs in with it\n' +
      'the account is disabled: the new secret works once it is enabled\n' +
      'a new client secret is shown once\n',
    stderr: '',
  });
});
