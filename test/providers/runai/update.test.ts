import { describe, expect, test } from 'vitest';

import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { forbidden, serverError } from './faults.ts';
import { accounts, ciVision, findCiVision, one, rulesOf } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const readCiVision = [one(id), rulesOf(name, id)];
const update = ['sa', 'update', '--id', 'ci-vision'];
const patch = `PATCH ${accounts}/${id}`;

test.each([
  ['--disable', false, 'disabled'],
  ['--enable', true, 'active'],
])('%s is one request, and the account is read again', async (flag, enabled, status) => {
  const deployment = deploy();
  deployment.state.accounts = deployment.state.accounts.map((item) => ({
    ...item,
    enabled: item.id === id ? !enabled : item.enabled,
  }));
  const outcome = await deployment.run([...update, flag, '-q', '.enabled,.status']);
  expect(outcome).toEqual({ code: 0, stdout: `${enabled}\n${status}\n`, stderr: '' });
  expect(deployment.requests).toEqual([...findCiVision, patch, ...readCiVision]);
  expect(deployment.bodies).toEqual([{ enabled }]);
});

test('what is so already is not asked for', async () => {
  const deployment = deploy();
  const outcome = await deployment.run([...update, '--enable', '-q', '.enabled']);
  expect([outcome.code, outcome.stdout]).toEqual([0, 'true\n']);
  expect(deployment.mutations()).toEqual([]);
});

describe('anything else is a usage error, before anything is asked', () => {
  test.each([
    [['--name', 'other'], 'another name'],
    [['--description', 'x'], 'a description'],
    [['--group', 'g'], 'groups'],
    [['--add-group', 'g'], 'groups'],
    [['--remove-group', 'g'], 'groups'],
    [['--tag', 'a=b'], 'tags'],
    [['--remove-tag', 'a'], 'tags'],
    [['--disable', '--name', 'other'], 'another name'],
  ])('%j', async (flags, what) => {
    const deployment = deploy();
    expect(await deployment.run([...update, ...flags])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: Run:ai accounts cannot be given ${what}\nsactl: Run:ai can only enable or disable an account\n`,
    });
    expect([deployment.requests, deployment.tokenRequests]).toEqual([[], []]);
  });
});

describe('a lost answer', () => {
  test.each([
    ['dropped', lost],
    ['500', serverError],
  ])('%s is settled by reading the account', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'PATCH', done: true, answer }) });
    const outcome = await deployment.run([...update, '--disable', '-q', '.enabled']);
    expect(outcome).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
    expect(deployment.requests).toEqual([...findCiVision, patch, one(id), ...readCiVision]);
  });

  test('that changed nothing is the error it was', async () => {
    const deployment = deploy({ intercept: faults({ method: 'PATCH', answer: serverError }) });
    expect(await deployment.run([...update, '--disable'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: cannot disable service account ci-vision (${id}): runai answered 500: Something went wrong\n`,
    });
    expect(deployment.mutations()).toEqual([patch]);
  });

  test('that cannot be settled is exit 7', async () => {
    const faulty = faults({ method: 'PATCH', answer: serverError }, { method: 'GET', path: id, answer: forbidden });
    const deployment = deploy({ intercept: faulty });
    expect(await deployment.run([...update, '--disable'])).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: cannot disable service account ci-vision (${id}): runai answered 500: Something went wrong; whether it took effect is unknown, because the account could not be read again\n` +
        `hint: sactl serviceaccounts get --provider runai --id ${id}\n`,
    });
  });
});
