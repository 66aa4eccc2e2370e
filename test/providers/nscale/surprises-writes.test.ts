// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds, groupIds, otherOrganizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { ciDeploy, described, put } from './ci-deploy.ts';
import { faults, lost } from '../faults.ts';
import { conflict, serverError } from './faults.ts';
import { again, counted, looking, readings } from './lost.ts';
import { accounts, discovery, groups, list, verification } from './paths.ts';

/** Surprises 1 to 8 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
const { inference, mlTraining, observability } = groupIds;
const absent = 'aaaaaaaa-0000-4000-8000-000000000000';
const post = `POST ${accounts}`;
const rotate = `POST ${accounts}/${ciDeploy}/rotate`;
const mayBeIncomplete =
  'this list may be incomplete: without read permission an nscale token sees only its own account';

describe('1: get is list and match; "not found" is ours', () => {
  test.each([
    ['an id', ciDeploy],
    ['an id in upper case', ciDeploy.toUpperCase()],
    ['a name', 'ci-deploy'],
  ])('%s', async (_, reference) => {
    const deployment = deploy();
    const outcome = await deployment.run(['sa', 'get', '--id', reference, '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: `${ciDeploy}\n`, stderr: '' });
    expect(deployment.requests).toEqual([discovery, list]);
  });

  test.each([
    ['an id', absent],
    ['a name', 'nobody'],
    ['the beginning of a name', 'ci-dep'],
    ['a name in other case', 'CI-DEPLOY'],
  ])('%s that nobody has', async (_, reference) => {
    const deployment = deploy();
    expect(await deployment.run(['sa', 'get', '--id', reference])).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: no service account "${reference}" in nscale organization ${organizationId}\nhint: sactl serviceaccounts list\n`,
    });
    expect(deployment.requests).toEqual([discovery, list]);
  });
});

test('2: PUT replaces everything, so everything is sent', async () => {
  const deployment = deploy();
  const argv = ['sa', 'update', '--id', 'ci-deploy', '--description', 'new'];
  const outcome = await deployment.run([...argv, '-q', '.tags,.groups']);
  expect(outcome).toEqual({
    code: 0,
    stdout: `{"team":"platform"}\n${JSON.stringify([mlTraining, inference].toSorted())}\n`,
    stderr: '',
  });
  expect(deployment.mutations()).toEqual([put]);
  expect(deployment.bodies).toEqual([described]);
});

describe('3: groups are read again, because answers of v1.19 show those of before', () => {
  test('create', async () => {
    const deployment = deploy({ behaviour: 'v1.19', newSecret: () => 'token' });
    const argv = ['sa', 'create', '--name', 'fresh', '--group', inference];
    const outcome = await deployment.run([...argv, '-q', '.credential.value,.groups[]']);
    expect(outcome).toEqual({ code: 0, stdout: `token\n${inference}\n`, stderr: '' });
    expect(deployment.requests.slice(-3)).toEqual([post, list, verification]);
  });

  test('update', async () => {
    const deployment = deploy({ behaviour: 'v1.19' });
    const argv = ['sa', 'update', '--id', ciDeploy, '--group', observability];
    const outcome = await deployment.run([...argv, '-q', '.groups[]']);
    expect(outcome).toEqual({ code: 0, stdout: `${observability}\n`, stderr: '' });
    expect(deployment.requests.slice(-2)).toEqual([put, list]);
  });
});

describe.each(['v1.19', 'v1.20'] as const)(
  '4: a group id that does not exist is found out before anything is sent (%s)',
  (behaviour) => {
    test.each([
      ['create', ['create', '--name', 'fresh', '--group', absent, '--to', 'file:a']],
      ['update', ['update', '--id', ciDeploy, '--group', absent]],
    ])('%s', async (_, argv) => {
      const deployment = deploy({ behaviour });
      expect(await deployment.run(['sa', ...argv])).toEqual({
        code: 2,
        stdout: '',
        stderr: `sactl: no group has the id or name "${absent}"\nhint: sactl groups list\n`,
      });
      expect(deployment.requests).toEqual([discovery, list, `GET ${groups}`]);
    });
  },
);

describe('5: names are not unique, and 409 does not mean "name taken"', () => {
  const { gateway, gatewayOld } = accountIds;

  test.each([['get'], ['rotate'], ['delete']])('%s by an ambiguous name', async (verb) => {
    const deployment = deploy();
    const yes = { get: [], rotate: ['--yes', '--to', 'file:a'], delete: ['--yes'] }[verb] ?? [];
    const outcome = await deployment.run(['sa', verb, '--id', 'inference-gateway', ...yes]);
    expect(outcome).toEqual({
      code: 5,
      stdout: '',
      stderr: `sactl: 2 nscale service accounts are named "inference-gateway": ${gateway}, ${gatewayOld}\nhint: name one of them by its id: --id <id>\n`,
    });
    expect(deployment.requests).toEqual([discovery, list]);
  });

  test('the text of a 409 is not repeated', async () => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer: conflict }) });
    const outcome = await deployment.run(['sa', 'rotate', '--id', ciDeploy, '--yes', '--json']);
    expect([outcome.code, outcome.stdout]).toEqual([5, '']);
    expect(outcome.stderr).not.toContain('already exists');
    expect(deployment.mutations()).toEqual([rotate, rotate, rotate, rotate]);
  });
});

test.each([
  ['a conflict', conflict],
  ['an internal error', serverError],
  ['a dropped connection', lost],
])('6: create is neither atomic nor idempotent: %s is not retried', async (_, answer) => {
  const intercept = faults({ method: 'POST', hits: [1], done: true, answer });
  const deployment = deploy({ ...counted(), newId: () => absent, intercept });
  const argv = ['sa', 'create', '--name', 'fresh', '-q', '.id,.credential.value,.reissued'];
  expect(await deployment.run(argv)).toEqual({
    code: 0,
    stdout: `${absent}\nsecond\ntrue\n`,
    stderr: `${looking}${again('fresh', absent)}`,
  });
  expect(deployment.mutations()).toEqual([post, `POST ${accounts}/${absent}/rotate`]);
  expect(deployment.state.accounts.filter(({ name }) => name === 'fresh')).toHaveLength(1);
});

function brokenPipe(): Promise<never> {
  return Promise.reject(Object.assign(new Error('write'), { code: 'EPIPE' }));
}

function cutBody(): Response {
  return new Response('{"metadata":{"id":"c1');
}

describe('7: a lost rotate is an outage', () => {
  const argv = ['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value'];
  const answers = [
    ['an internal error', serverError],
    ['a dropped connection', lost],
    ['a body that was cut', cutBody],
  ] as const;

  test.each(answers)('%s: another token is issued', async (_, answer) => {
    const intercept = faults({ method: 'POST', hits: [1], done: true, answer });
    const deployment = deploy({ ...counted(), intercept });
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'second\n',
      stderr: `${looking}${again('ci-deploy', ciDeploy)}`,
    });
    expect(deployment.mutations()).toEqual([rotate, rotate]);
  });

  test('a body that was cut with --no-reissue is not retried, and kept to be looked at', async () => {
    const deployment = deploy({ intercept: faults({ method: 'POST', done: true, answer: cutBody }) });
    const { code, stdout, stderr } = await deployment.run([...argv, '--no-reissue']);
    expect([code, stdout, stderr.startsWith(looking)]).toEqual([8, '', true]);
    expect(JSON.parse(stderr.slice(looking.length))).toMatchObject({
      error: {
        code: 'undelivered',
        message: expect.stringMatching(/; the answer is kept, and the token may be in it$/),
      },
    });
    expect(deployment.mutations()).toEqual([rotate]);
  });

  test.each(answers.filter(([, answer]) => answer !== cutBody))(
    '%s with --no-reissue is not retried, and called what it is',
    async (_, answer) => {
      const deployment = deploy({ intercept: faults({ method: 'POST', done: true, answer }) });
      const { code, stdout, stderr } = await deployment.run([...argv, '--no-reissue']);
      expect([code, stdout, stderr.startsWith(looking)]).toEqual([7, '', true]);
      expect(JSON.parse(stderr.slice(looking.length))).toMatchObject({
        error: {
          code: 'unknown_outcome',
          message: expect.stringMatching(/; it was rotated: the old credential is dead, and no new one was received$/),
          hint: `rotate again: sactl serviceaccounts rotate --id ${ciDeploy}`,
        },
      });
      expect(deployment.mutations()).toEqual([rotate]);
    },
  );

  test.each([
    [
      'an internal error',
      serverError,
      'nscale answered 500: an internal error has occurred, please contact support',
      readings.own,
    ],
    [
      'a dropped connection',
      lost,
      'nscale at https://identity.nks.europe-west4.nscale.com ended the connection without an answer',
      readings.window,
    ],
  ])('%s that came before it: readings prove it', async (_, answer, what, sleeps) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer }) });
    const context = deployment.context();
    const yaml = ['sa', 'rotate', '--id', ciDeploy, '--yes', '--format', 'yaml'];
    expect(await runIn(context, yaml)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${looking}sactl: cannot rotate service account ci-deploy (${ciDeploy}): ${what}; nothing was changed\n`,
    });
    expect(deployment.mutations()).toEqual([rotate]);
    expect(context.sleeps).toEqual(sleeps);
  });

  test('a filter that would drop the token is refused before it is too late', async () => {
    const deployment = deploy();
    const { code } = await deployment.run([...argv.slice(0, -1), '.name']);
    expect(code).toBe(2);
    expect(deployment.mutations()).toEqual([]);
  });

  test('a token that cannot be written is not lost without a word', async () => {
    const deployment = deploy();
    const { code, stderr } = await deployment.run(argv, { stdout: { write: brokenPipe } });
    expect(code).toBe(8);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'undelivered' } });
    expect(deployment.mutations()).toEqual([rotate]);
  });
});

describe('8: the list of a service account proves nothing', () => {
  const token = sandboxTokens.selfRotating;

  test('at home it may be just itself', async () => {
    const deployment = deploy({ token });
    expect(await deployment.run(['sa', 'list', '-q', '.[].name'])).toEqual({
      code: 0,
      stdout: 'self-rotating\n',
      stderr: `sactl: ${mayBeIncomplete}\n`,
    });
  });

  test.each([
    ['at home', organizationId],
    ['elsewhere', otherOrganizationId],
  ])('%s an account that it does not see may exist', async (_, organization) => {
    const deployment = deploy({ token });
    const outcome = await deployment.run(['sa', 'get', '--id', ciDeploy, '--org', organization]);
    expect(outcome).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: no service account "${ciDeploy}" in nscale organization ${organization}; ${mayBeIncomplete}\nhint: sactl serviceaccounts list --org ${organization}\n`,
    });
  });
});
