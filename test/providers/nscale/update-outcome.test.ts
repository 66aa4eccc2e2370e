import { describe, expect, test } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { organizationId, useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { ciDeploy, described, put } from './ci-deploy.ts';
import { faults, lost } from '../faults.ts';
import { conflict, forbidden, serverError } from './faults.ts';

const deploy = useNscale();
const update = ['sa', 'update', '--org', organizationId, '--id', 'ci-deploy'];
const describeIt = [...update, '--description', 'new', '-q', '.description'];

function puts({ mutations }: NscaleDeployment): number {
  return mutations().filter((request) => request === put).length;
}

describe('a conflict', () => {
  test('is merged again on what the account is by then', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        if (request.method !== 'PUT' || puts(deployment) > 1) return next(request);
        const account = deployment.state.accounts.find(({ id }) => id === ciDeploy);
        if (account !== undefined) account.name = 'renamed-meanwhile';
        return conflict();
      },
    });
    const context = deployment.context();
    const outcome = await runIn(context, describeIt);
    expect(outcome).toEqual({ code: 0, stdout: 'new\n', stderr: '' });
    expect(deployment.bodies).toEqual([
      described,
      { ...described, metadata: { ...described.metadata, name: 'renamed-meanwhile' } },
    ]);
    expect(context.sleeps).toEqual([250]);
  });

  test('is tried five times, then reported', async () => {
    const deployment = deploy({ intercept: faults({ method: 'PUT', answer: conflict }) });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 5,
      stdout: '',
      stderr: `sactl: cannot update service account ci-deploy (${ciDeploy}): nscale answered 409: another change was made at the same time\n`,
    });
    expect(deployment.bodies).toEqual(Array.from({ length: 5 }, () => described));
  });

  test('with a deletion ends it', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        if (request.method !== 'PUT') return next(request);
        deployment.state.accounts = deployment.state.accounts.filter(({ id }) => id !== ciDeploy);
        return conflict();
      },
    });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: nscale service account ci-deploy (${ciDeploy}) has just been deleted\n`,
    });
    expect(deployment.mutations()).toEqual([put]);
  });
});

describe('a lost answer is settled by reading the account again', () => {
  const answers = [
    ['a dropped connection', lost],
    ['a 500', serverError],
  ] as const;

  test.each(answers)('%s after it took effect: done, and not sent again', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'PUT', done: true, answer }) });
    expect(await deployment.run(describeIt)).toEqual({ code: 0, stdout: 'new\n', stderr: '' });
    expect(puts(deployment)).toBe(1);
  });

  test.each(answers)('%s before it took effect: sent again', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'PUT', hits: [1], answer }) });
    expect(await deployment.run(describeIt)).toEqual({ code: 0, stdout: 'new\n', stderr: '' });
    expect(puts(deployment)).toBe(2);
  });

  test('five times without effect: the last error', async () => {
    const deployment = deploy({ intercept: faults({ method: 'PUT', answer: serverError }) });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: cannot update service account ci-deploy (${ciDeploy}): nscale answered 500: an internal error has occurred, please contact support\n`,
    });
    expect(puts(deployment)).toBe(5);
  });

  test('and where that fails too, nobody can know', async () => {
    const deployment = deploy({
      intercept: (request, next) => (puts(deployment) === 0 ? next(request) : serverError()),
    });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: cannot update service account ci-deploy (${ciDeploy}): nscale answered 500: an internal error has occurred, please contact support; whether it took effect is unknown, because the account could not be read again\n` +
        `hint: sactl serviceaccounts get --id ${ciDeploy} --org ${organizationId}\n`,
    });
    expect(puts(deployment)).toBe(1);
  });
});

test('a refusal is final', async () => {
  const deployment = deploy({ intercept: faults({ method: 'PUT', answer: forbidden }) });
  const outcome = await deployment.run([...update, '--description', 'new']);
  expect(outcome).toEqual({
    code: 4,
    stdout: '',
    stderr:
      `sactl: cannot update service account ci-deploy (${ciDeploy}): nscale answered 403: operation is not allowed by rbac\n` +
      'hint: the credential from environment variable NSCALE_SERVICE_TOKEN lacks the permission\n',
  });
  expect(puts(deployment)).toBe(1);
});

describe('after the PUT was accepted', () => {
  test('a list that lags is read until it shows the change', async () => {
    const deployment = deploy({ listLag: 3 });
    const context = deployment.context();
    expect(await runIn(context, describeIt)).toEqual({ code: 0, stdout: 'new\n', stderr: '' });
    expect(context.sleeps).toEqual([500, 500, 500]);
    expect(puts(deployment)).toBe(1);
  });

  test('a list that never shows it is a partial success, not done and not undone', async () => {
    const deployment = deploy({ listLag: 6 });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 6,
      stdout: '',
      stderr:
        `sactl: nscale accepted the update of service account ci-deploy (${ciDeploy}) but still shows other values: its description changes from "new" to "Deploys from the main branch"\n` +
        `hint: sactl serviceaccounts get --id ${ciDeploy} --org ${organizationId}\n`,
    });
    expect(puts(deployment)).toBe(1);
    const { stderr } = await deploy({ listLag: 6 }).run([...update, '--description', 'new', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'partial', provider: 'nscale' } });
  });

  test('a list that cannot be read does not make it a failure', async () => {
    const deployment = deploy({
      intercept: (request, next) =>
        request.method === 'PUT' || puts(deployment) === 0 ? next(request) : serverError(),
    });
    const outcome = await deployment.run([...update, '--description', 'new']);
    expect(outcome).toEqual({
      code: 6,
      stdout: '',
      stderr:
        `sactl: nscale accepted the update of service account ci-deploy (${ciDeploy}), but it could not be read again\n` +
        `hint: sactl serviceaccounts get --id ${ciDeploy} --org ${organizationId}\n`,
    });
  });

  test('an interrupt while it is read again does not make it "nothing was changed"', async () => {
    const interrupt = new AbortController();
    const deployment = deploy({
      intercept: (request, next) => {
        if (request.method === 'GET' && puts(deployment) > 0) {
          interrupt.abort(new InterruptedError());
        }
        return next(request);
      },
    });
    const argv = [...update, '--description', 'new'];
    const { code, stderr } = await deployment.run(argv, { signal: interrupt.signal });
    expect(code).toBe(6);
    expect(stderr).toContain('nscale accepted the update');
  });
});
