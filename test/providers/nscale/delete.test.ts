// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { conflict, forbidden, missing, serverError } from './faults.ts';
import { accounts, discovery, list, userInfo } from './paths.ts';

const deploy = useNscale();
const { scratch } = accountIds;
const remove = `DELETE ${accounts}/${scratch}`;
const argv = ['sa', 'delete', '--id', 'scratch', '--yes', '-q', '.deleted,.id,.name'];
const deleted = { code: 0, stdout: `true\n${scratch}\nscratch\n`, stderr: '' };

function isThere({ state }: NscaleDeployment): boolean {
  return state.accounts.some(({ id }) => id === scratch);
}

test('deletes the account that was found, with one request', async () => {
  const deployment = deploy();
  expect(await deployment.run(argv)).toEqual(deleted);
  expect(deployment.requests).toEqual([discovery, list, userInfo, remove]);
  expect(deployment.bodies).toEqual([null]);
  expect(isThere(deployment)).toBe(false);
});

describe('an account that is not there', () => {
  const absent = ['sa', 'delete', '--id', 'nobody', '--yes'];

  test('is not found', async () => {
    const deployment = deploy();
    expect((await deployment.run(absent)).code).toBe(3);
    expect(deployment.mutations()).toEqual([]);
  });

  test('is fine with --ignore-missing', async () => {
    const deployment = deploy();
    const outcome = await deployment.run([...absent, '--ignore-missing', '-q', '.deleted,.name']);
    expect(outcome).toEqual({ code: 0, stdout: 'false\nnull\n', stderr: '' });
    expect(deployment.mutations()).toEqual([]);
  });

  test('by the time of the request is not found either', async () => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', answer: missing }) });
    const outcome = await deployment.run(argv.slice(0, -2));
    expect(outcome).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: cannot delete service account scratch (${scratch}): nscale answered 404: resource not found\n`,
    });
    expect(deployment.mutations()).toEqual([remove]);
  });
});

describe('a lost answer', () => {
  test('is settled by a list that no longer shows the account', async () => {
    const fault = { method: 'DELETE', done: true, answer: lost };
    const deployment = deploy({ intercept: faults(fault) });
    expect(await deployment.run(argv)).toEqual(deleted);
    expect(deployment.requests).toEqual([discovery, list, userInfo, remove, list]);
  });

  test('is settled by a list that shows the account on its way out', async () => {
    const deployment = deploy({
      intercept: (request, next) => {
        if (request.method !== 'DELETE') return next(request);
        deployment.state.accounts = deployment.state.accounts.map((account) =>
          account.id === scratch ? { ...account, deletionTime: '2026-11-22T12:00:00Z' } : account,
        );
        return lost();
      },
    });
    expect(await deployment.run(argv)).toEqual(deleted);
    expect(deployment.mutations()).toEqual([remove]);
  });

  test('with the account still there is sent again', async () => {
    const fault = { method: 'DELETE', hits: [1], answer: serverError };
    const deployment = deploy({ intercept: faults(fault) });
    const context = deployment.context();
    expect(await runIn(context, argv)).toEqual(deleted);
    expect(deployment.requests).toEqual([discovery, list, userInfo, remove, list, remove]);
    expect(context.sleeps).toEqual([500]);
  });

  test('with a list that lags is sent again, and 404 then means done', async () => {
    const fault = { method: 'DELETE', hits: [1], done: true, answer: lost };
    const deployment = deploy({ listLag: 1, intercept: faults(fault) });
    expect(await deployment.run(argv)).toEqual(deleted);
    expect(deployment.mutations()).toEqual([remove, remove]);
  });

  test('with a list that cannot be read is unknown', async () => {
    const deployment = deploy({
      intercept: (request, next) => {
        if (request.method === 'DELETE') return serverError();
        return deployment.mutations().length === 0 ? next(request) : forbidden();
      },
    });
    expect(await deployment.run(argv.slice(0, -2))).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: cannot delete service account scratch (${scratch}): nscale answered 500: an internal error has occurred, please contact support; whether it was deleted is unknown, because the list could not be read again\n` +
        'hint: sactl serviceaccounts list\n',
    });
    expect(deployment.mutations()).toEqual([remove]);
  });
});

describe('a conflict', () => {
  test('is tried again', async () => {
    const fault = { method: 'DELETE', hits: [1, 2], answer: conflict };
    const deployment = deploy({ intercept: faults(fault) });
    expect(await deployment.run(argv)).toEqual(deleted);
    expect(deployment.mutations()).toEqual([remove, remove, remove]);
  });

  test('is reported after four times', async () => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', answer: conflict }) });
    const { code, stderr } = await deployment.run(argv.slice(0, -2));
    expect(code).toBe(5);
    expect(stderr).toContain('another change was made at the same time');
    expect(deployment.mutations()).toEqual([remove, remove, remove, remove]);
    expect(isThere(deployment)).toBe(true);
  });

  test('does not make a later 404 a success: somebody else deleted it', async () => {
    const deployment = deploy({
      intercept: faults({ method: 'DELETE', hits: [1], answer: conflict }, { method: 'DELETE', answer: missing }),
    });
    expect((await deployment.run(argv)).code).toBe(3);
    expect(deployment.mutations()).toEqual([remove, remove]);
  });
});

test('a refusal is final', async () => {
  const deployment = deploy({ intercept: faults({ method: 'DELETE', answer: forbidden }) });
  expect((await deployment.run(argv)).code).toBe(4);
  expect(deployment.mutations()).toEqual([remove]);
});

test('every 2xx is a success, with a body or without', async () => {
  for (const answer of [new Response(null, { status: 202 }), new Response('ok')]) {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', done: true, answer: () => answer }) });
    expect(await deployment.run(argv)).toEqual(deleted);
  }
});

test('off a terminal it has to be confirmed by --yes', async () => {
  const deployment = deploy();
  expect(await deployment.run(['sa', 'delete', '--id', 'scratch'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'sactl: this needs a confirmation, and there is no terminal to ask on: add --yes\n',
  });
  expect(deployment.requests).toEqual([]);
});
