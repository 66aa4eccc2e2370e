// @module-tag slow
import { describe, expect, test } from 'vitest';

import { useNscale, type NscaleOptions } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { conflict, problem, serverError } from './faults.ts';
import { again, counted, cut, htmlPage, looking, readings } from './lost.ts';
import { accounts } from './paths.ts';

const install = useNscale();
const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const post = `POST ${accounts}`;
const rotate = `POST ${accounts}/${id}/rotate`;
const create = ['sa', 'create', '--name', 'fresh'];
const printed = ['-q', '[.id, .credential.value, .reissued, .verified]'];
const discard = 'sactl recover discard --id 00000000-0000-4000-8000-000000000001';

function deploy(options: NscaleOptions): ReturnType<typeof install> {
  return install({ ...counted(), newId: () => id, ...options });
}

const withoutToken = {
  metadata: { id, name: 'fresh' },
  spec: { groupIDs: [] },
  status: { expiry: '2027-02-20T12:00:00Z' },
};

type Answer = readonly [
  name: string,
  answer: () => Response,
  what: string,
  exitCode: number,
  by: keyof typeof readings,
];

/** Answers that a handler may give that has done nothing; `exitCode` when that is proven. */
const failures: readonly Answer[] = [
  [
    'a conflict, which can leave an account behind',
    conflict,
    'nscale answered 409: another change was made at the same time',
    5,
    'own',
  ],
  ['a 500', serverError, 'nscale answered 500: an internal error has occurred, please contact support', 1, 'own'],
  [
    'a gateway in between',
    htmlPage,
    'a gateway answered in place of nscale: 502 (bad gateway) with an HTML page',
    1,
    'window',
  ],
  [
    'a dropped connection',
    lost,
    'nscale at https://identity.nks.europe-west4.nscale.com ended the connection without an answer',
    1,
    'window',
  ],
];

/** Answers of success, which say that something was done. */
const successes: readonly Answer[] = [
  [
    'an answer without a token',
    () => Response.json(withoutToken, { status: 201 }),
    "nscale's answer holds no token",
    7,
    'window',
  ],
  [
    'an answer that is no account',
    () => Response.json({}, { status: 201 }),
    `nscale answered POST ${accounts} with 201 and JSON that does not fit at metadata`,
    7,
    'window',
  ],
  [
    'an answer without a body',
    () => new Response(null, { status: 201 }),
    `nscale answered POST ${accounts} with 201 and an empty body`,
    7,
    'window',
  ],
  [
    'half an answer',
    cut,
    'nscale at https://identity.nks.europe-west4.nscale.com answered 201, but ended its answer half-way',
    7,
    'window',
  ],
];

const answers = [...failures, ...successes];

describe('a create whose answer is lost is never sent again', () => {
  test.each(answers)('%s: the account that carries our tag is issued another token', async (_, answer) => {
    const intercept = faults({ method: 'POST', hits: [1], done: true, answer });
    const deployment = deploy({ intercept });
    expect(await deployment.run([...create, ...printed])).toEqual({
      code: 0,
      stdout: `["${id}","second",true,true]\n`,
      stderr: `${looking}${again('fresh', id)}`,
    });
    expect(deployment.mutations()).toEqual([post, rotate]);
  });

  test.each(answers)('%s with --no-reissue: what was created is named', async (_, answer, what) => {
    const intercept = faults({ method: 'POST', done: true, answer });
    const deployment = deploy({ intercept });
    const argv = [...create, '--format', 'yaml', '--no-reissue'];
    expect(await deployment.run(argv)).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `${looking}sactl: cannot create service account fresh: ${what}; the account was created (${id}), and its token is lost\n` +
        `hint: issue another: sactl serviceaccounts rotate --id ${id}; then: ${discard}\n`,
    });
    expect(deployment.mutations()).toEqual([post]);
  });

  test('an answer that is lost again is not asked for a third time', async () => {
    const intercept = faults({ method: 'POST', done: true, answer: serverError });
    const deployment = deploy({ intercept });
    expect(await deployment.run([...create, '--format', 'yaml'])).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `${looking}${again('fresh', id)}` +
        `sactl: cannot rotate service account fresh (${id}): nscale answered 500: an internal error has occurred, please contact support; the account was created (${id}), and its token is lost\n` +
        `hint: issue another: sactl serviceaccounts rotate --id ${id}; then: ${discard}\n`,
    });
    expect(deployment.mutations()).toEqual([post, rotate]);
  });
});

describe('a create that left no account', () => {
  test.each(failures)('%s: readings prove it', async (_, answer, what, code, by) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer }) });
    const context = deployment.context();
    expect(await runIn(context, [...create, '--format', 'yaml'])).toEqual({
      code,
      stdout: '',
      stderr: `${looking}sactl: cannot create service account fresh: ${what}; nothing was changed\n`,
    });
    expect(deployment.mutations()).toEqual([post]);
    expect(context.sleeps).toEqual(readings[by]);
  });

  test.each(successes)('%s: no reading proves it', async (_, answer, what, code, by) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer }) });
    const context = deployment.context();
    expect(await runIn(context, [...create, '--format', 'yaml'])).toEqual({
      code,
      stdout: '',
      stderr:
        `${looking}sactl: cannot create service account fresh: ${what}; the account may have been created, and its token is lost\n` +
        `hint: look for it, then rotate or delete it: sactl serviceaccounts list --search fresh; then: ${discard}\n`,
    });
    expect(deployment.mutations()).toEqual([post]);
    expect(context.sleeps).toEqual(readings[by]);
  });

  test('a list that lags does not prove it before the third reading', async () => {
    const intercept = faults({ method: 'POST', hits: [1], done: true, answer: lost });
    const deployment = deploy({ intercept, listLag: 2 });
    const context = deployment.context();
    expect(await runIn(context, [...create, ...printed])).toEqual({
      code: 0,
      stdout: `["${id}","second",true,true]\n`,
      stderr: `${looking}${again('fresh', id)}`,
    });
    expect(deployment.mutations()).toEqual([post, rotate]);
    expect(context.sleeps).toEqual([2500, 2500]);
  });
});

describe('a refusal means that there is no account', () => {
  test.each([
    [400, 'invalid_request', 1, 'refused', ''],
    [401, 'access_denied', 4, 'unauthenticated', ''],
    [403, 'forbidden', 4, 'forbidden', ''],
    [404, 'not_found', 3, 'not_found', ''],
  ])('%i', async (status, error, exitCode, code) => {
    const answer = { method: 'POST', answer: () => problem(status, error, 'a.b.c.d.e') };
    const deployment = deploy({ intercept: faults(answer) });
    const outcome = await deployment.run([...create, '-q', '.credential.value']);
    expect([outcome.code, outcome.stdout]).toEqual([exitCode, '']);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code, status, exitCode } });
    // The body of a create's answer may hold the token, so nothing of it is repeated.
    expect(outcome.stderr).not.toContain('a.b.c.d.e');
    expect(deployment.mutations()).toEqual([post]);
  });
});
