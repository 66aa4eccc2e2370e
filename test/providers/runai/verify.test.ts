// @module-tag slow
import { describe, expect, test } from 'vitest';

import { runIn } from '../../harness/run.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { isTokenRequest, runaiEndpoint, useRunai } from '../../harness/runai.ts';
import { lost } from '../faults.ts';
import { oauth, page, problem, serverError, unauthorized } from './faults.ts';
import { journalOf } from './journal.ts';
import { accounts, ciVision } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const entry = '00000000-0000-4000-8000-000000000001';
const rotate = ['sa', 'rotate', '--id', name, '--yes'];
const secret = `POST ${accounts}/${id}/secret`;
const answers = '.credential.value,.verified,.recoverId';
/** What is the same in every error about a credential that is kept. */
const undelivered = {
  code: 'undelivered',
  provider: 'runai',
  status: null,
  traceId: null,
  retryable: false,
  exitCode: 8,
};
/** What is told before the first wait that is noticeable. */
const goesOn = 'sactl: the new credential is still refused; trying for another 23 seconds\n';
const halfAMinute = [1000, 2000, 4000, 8000, 15_000];

/** The first so many sign-ins with the new secret are answered so. */
function refusing(times: number, answer: () => Response): Intercept {
  let count = 0;
  return async (request, next) => {
    if (!isTokenRequest(request)) return next(request);
    const isOfNewSecret = (await request.clone().text()).includes('new-secret');
    count += isOfNewSecret ? 1 : 0;
    return isOfNewSecret && count <= times ? answer() : next(request);
  };
}

const refusals: readonly (readonly [string, () => Response, string])[] = [
  ['401', unauthorized, 'runai answered 401 (the credential was refused)'],
  ['400', () => oauth(400, 'invalid_grant', 'new-secret?'), 'runai answered 400: invalid_grant'],
];

describe.each(refusals)('a new secret that is refused with %s', (_, answer, what) => {
  test('is tried for half a minute, delivered and kept: exit 8', async () => {
    const intercept = refusing(Infinity, answer);
    const deployment = deploy({ newSecret: () => 'new-secret', intercept });
    const context = deployment.context();
    const { code, stdout, stderr } = await runIn(context, [...rotate, '-q', answers]);
    expect([code, stdout]).toEqual([8, `new-secret\nfalse\n${entry}\n`]);
    expect(stderr.startsWith(goesOn)).toBe(true);
    expect(JSON.parse(stderr.slice(goesOn.length))).toEqual({
      error: {
        ...undelivered,
        message: `the new credential of runai service account ${name} (${id}) does not work: cannot get an access token: ${what}: it was replaced, or its account is disabled; it is kept`,
        hint: `try it again later: sactl recover deliver --id ${entry}; or issue another: sactl serviceaccounts rotate --id ${id}`,
      },
    });
    expect(context.sleeps).toEqual(halfAMinute);
    expect(deployment.tokenRequests).toHaveLength(1 + 6);
    expect(deployment.mutations()).toEqual([secret]);
    expect(await journalOf(deployment)).toEqual([['rotate', id, 'kept']]);
  });

  test.each([1, 2, 3, 4, 5])('%i times at first is good in the end', async (times) => {
    const intercept = refusing(times, answer);
    const deployment = deploy({ newSecret: () => 'new-secret', intercept });
    const context = deployment.context();
    expect(await runIn(context, [...rotate, '-q', answers])).toEqual({
      code: 0,
      stdout: 'new-secret\ntrue\nnull\n',
      stderr: times > 3 ? goesOn : '',
    });
    expect(context.sleeps).toEqual(halfAMinute.slice(0, times));
    expect(await journalOf(deployment)).toEqual([]);
  });
});

test('a new account’s secret is tried like any other', async () => {
  const intercept = refusing(Infinity, unauthorized);
  const deployment = deploy({ newSecret: () => 'new-secret', newId: () => 'a1', intercept });
  const context = deployment.context();
  const argv = ['sa', 'create', '--name', 'fresh', '-q', answers];
  const { code, stdout } = await runIn(context, argv);
  expect([code, stdout]).toEqual([8, `new-secret\nfalse\n${entry}\n`]);
  expect(context.sleeps).toEqual(halfAMinute);
  expect(deployment.mutations()).toEqual([`POST ${accounts}`]);
  expect(await journalOf(deployment)).toEqual([['create', 'a1', 'kept']]);
});

const silences: readonly (readonly [string, () => Response, readonly number[], string])[] = [
  ['500', serverError, [], 'runai answered 500 (internal error)'],
  ['403', () => problem(403, 'no'), [], 'runai answered 403 (the credential may not do this)'],
  ['a page', () => page(403), [], 'a gateway answered in place of runai: 403 with an HTML page'],
  [
    'a dropped connection',
    lost,
    // By then the answer is so old that it is tried once more before it is printed.
    [500, 1000, 2000, 500, 1000, 2000],
    'runai at https://runai.example.com ended the connection without an answer',
  ],
];

describe('an answer that says nothing of the secret is a warning', () => {
  test.each(silences)('%s', async (_, answer, sleeps, what) => {
    const intercept = refusing(Infinity, answer);
    const deployment = deploy({ newSecret: () => 'new-secret', intercept });
    const context = deployment.context();
    expect(await runIn(context, [...rotate, '-q', answers])).toEqual({
      code: 0,
      stdout: 'new-secret\nnull\nnull\n',
      stderr: `sactl: the credential could not be verified: cannot get an access token: ${what}\n`,
    });
    expect(context.sleeps).toEqual(sleeps);
    expect(await journalOf(deployment)).toEqual([]);
  });
});

describe('what is kept of a refused secret', () => {
  test('is not delivered while it is refused, and is once it is not', async () => {
    const intercept = refusing(7, unauthorized);
    const deployment = deploy({ newSecret: () => 'new-secret', intercept });
    await deployment.run([...rotate, '--json']);
    const deliver = ['recover', 'deliver', '--id', entry, '--yes', '-q', answers];
    const refused = await deployment.run([...deliver, '--quiet']);
    expect([refused.code, refused.stdout]).toEqual([8, '']);
    expect(JSON.parse(refused.stderr)).toEqual({
      error: {
        ...undelivered,
        message: `the credential that entry ${entry} keeps for runai service account ${name} (${id}) does not work: cannot get an access token: runai answered 401 (the credential was refused): it was replaced, or its account is disabled; nothing was delivered`,
        hint: `if a newer one is in use: sactl recover discard --id ${entry}; else issue another: sactl serviceaccounts rotate --id ${id} --provider runai --endpoint ${runaiEndpoint}`,
      },
    });
    const { code, stdout } = await deployment.run(deliver);
    expect([code, stdout]).toEqual([0, 'new-secret\ntrue\nnull\n']);
    expect(await journalOf(deployment)).toEqual([]);
  });
});
