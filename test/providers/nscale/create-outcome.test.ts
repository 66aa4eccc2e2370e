import { describe, expect, test } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../faults.ts';
import { conflict, problem, serverError } from './faults.ts';
import { accounts } from './paths.ts';

const deploy = useNscale();
const post = `POST ${accounts}`;
const create = ['sa', 'create', '--name', 'fresh'];
const id = 'aaaaaaaa-0000-4000-8000-000000000001';

function htmlPage(): Response {
  return new Response('<html>', { status: 502 });
}

describe('what may have been created is never sent again', () => {
  test.each<[string, { done: boolean; answer: () => Response }, string]>([
    [
      'a conflict, which can leave an account behind',
      { done: true, answer: conflict },
      'nscale answered 409 (it conflicts with what exists)',
    ],
    ['a 500', { done: true, answer: serverError }, 'nscale answered 500 (internal error)'],
    [
      'a gateway in between',
      { done: false, answer: htmlPage },
      'nscale answered 502 (bad gateway) with an HTML page (a proxy or gateway, not the API)',
    ],
    [
      'an answer without a token',
      { done: false, answer: () => Response.json(withoutToken, { status: 201 }) },
      "nscale's answer holds no token",
    ],
    [
      'an answer that is no account',
      { done: true, answer: () => Response.json({}, { status: 201 }) },
      `nscale answered POST ${accounts} with 201 and JSON that does not fit at metadata, spec, status`,
    ],
    [
      'an answer without a body',
      { done: true, answer: () => new Response(null, { status: 201 }) },
      `nscale answered POST ${accounts} with 201 and an empty body`,
    ],
  ])('%s', async (_, fault, what) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', ...fault }) });
    const outcome = await deployment.run([...create, '--format', 'yaml']);
    expect(outcome).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: cannot create service account fresh: ${what}; the account may have been created, with a token nobody has\n` +
        'hint: look for it, then rotate or delete it (a second create would make a second account): sactl serviceaccounts list --search fresh\n',
    });
    expect(deployment.mutations()).toEqual([post]);
  });

  test.each([
    ['after the account was made', true],
    ['before', false],
  ])('a dropped connection %s', async (_, done) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', done, answer: lost }) });
    const { code, stdout, stderr } = await deployment.run([...create, '-q', '.credential.value']);
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain('the account may have been created, with a token nobody has');
    expect(deployment.mutations()).toEqual([post]);
  });
});

const withoutToken = {
  metadata: { id, name: 'fresh' },
  spec: { groupIDs: [] },
  status: { expiry: '2027-02-20T12:00:00Z' },
};

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
