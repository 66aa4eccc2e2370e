import { describe, expect, test } from 'vitest';

import { useRunai, type RunaiDeployment } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { forbidden, problem, serverError } from './faults.ts';
import { accounts, ciVision, findCiVision, one, rules, rulesOf } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const argv = ['sa', 'delete', '--id', name, '--yes'];
const answer = ['-q', '.deleted,.id,.name'];
const deleted = `true\n${id}\n${name}\n`;
const account = `${accounts}/${id}`;
const steps = [`PATCH ${account}`, `DELETE ${rules}/102`, `DELETE ${rules}/103`, `DELETE ${account}`];
const told = [
  'disabled ci-vision',
  'deleted access rule 102: L1 researcher on project vision (4301)',
  'deleted access rule 103: L1 researcher on project vision (4302)',
  'deleted ci-vision',
];
const again = `hint: sactl serviceaccounts delete --provider runai --id ${id}\n`;

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `sactl: ${text}\n`).join('');
}

function isThere({ state }: RunaiDeployment): boolean {
  return state.accounts.some((item) => item.id === id);
}

test('disables, deletes the rules, then the account, and tells of each step', async () => {
  const deployment = deploy();
  const outcome = await deployment.run([...argv, ...answer]);
  expect(outcome).toEqual({ code: 0, stdout: deleted, stderr: lines(...told) });
  expect(deployment.requests).toEqual([...findCiVision, rulesOf(name, id), ...steps]);
  expect(deployment.bodies).toEqual([{ enabled: false }, null, null, null]);
  expect(isThere(deployment)).toBe(false);
});

test('--quiet tells nothing', async () => {
  const outcome = await deploy().run([...argv, ...answer, '--quiet']);
  expect(outcome).toEqual({ code: 0, stdout: deleted, stderr: '' });
});

describe('a rule left over is exit 6 with its id', () => {
  test('in JSON, with the provider', async () => {
    const stays = { method: 'DELETE', path: '/102', answer: forbidden };
    const { code, stdout, stderr } = await deploy({ intercept: faults(stays) }).run([...argv, '--json', '--quiet']);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'partial', provider: 'runai', hint: 'sactl accessrules delete --provider runai --id 102' },
    });
  });

  test.each([
    ['403', forbidden, 'runai answered 403: Lack of permissions'],
    ['500', serverError, 'runai answered 500: Something went wrong'],
  ])('%s', async (_, fault, why) => {
    const stays = { method: 'DELETE', path: '/102', answer: fault };
    const deployment = deploy({ intercept: faults(stays) });
    expect(await deployment.run(argv)).toEqual({
      code: 6,
      stdout: '',
      stderr:
        lines(
          'disabled ci-vision',
          'deleted access rule 103: L1 researcher on project vision (4302)',
          'deleted ci-vision',
          `service account ci-vision was deleted, but access rules stayed behind: 102: cannot delete access rule 102: ${why}`,
        ) + 'hint: sactl accessrules delete --provider runai --id 102\n',
    });
    expect(deployment.mutations()).toEqual(steps);
  });

  test('and its hint finishes when it is pasted', async () => {
    const stays = { method: 'DELETE', path: '/102', hits: [1], answer: serverError };
    const deployment = deploy({ intercept: faults(stays) });
    const { stderr } = await deployment.run(argv);
    const hint = /^hint: sactl (.*)$/m.exec(stderr)?.[1] ?? '';
    expect((await deployment.run([...hint.split(' '), '--yes'])).code).toBe(0);
    const left = deployment.state.rules.filter(({ subjectId, deletedAt }) => subjectId === name && deletedAt === null);
    expect(left).toEqual([]);
  });

  test('nobody says that it is gone when the account stays, too', async () => {
    const stays = faults(
      { method: 'DELETE', path: '/102', answer: forbidden },
      { method: 'DELETE', path: id, answer: forbidden },
    );
    const deployment = deploy({ intercept: stays });
    const { code, stderr } = await deployment.run(argv);
    expect(code).toBe(6);
    expect(stderr).toContain('Lack of permissions; it is disabled, but access rules stayed behind: 102:');
    expect(isThere(deployment)).toBe(true);
  });
});

test('a rule that is gone already is fine', async () => {
  const gone = { method: 'DELETE', path: '/102', answer: () => problem(404, 'not found') };
  const outcome = await deploy({ intercept: faults(gone) }).run([...argv, ...answer]);
  expect(outcome).toEqual({ code: 0, stdout: deleted, stderr: lines(...told) });
});

test('rules that cannot be read are said to stay behind, before and after', async () => {
  const unreadable = { method: 'GET', path: rules, answer: forbidden };
  const deployment = deploy({ intercept: faults(unreadable) });
  const { stdout } = await deployment.run([...argv, '--dry-run', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    effects: [
      'its client secret stops working at once',
      'access rules that cannot be read would stay behind: this credential may not read access rules',
      'it cannot be brought back',
    ],
  });
  expect(await deployment.run([...argv, ...answer])).toEqual({
    code: 0,
    stdout: deleted,
    stderr: lines(
      'disabled ci-vision',
      'deleted ci-vision',
      'access rules for the name ci-vision may have stayed behind: this credential may not read access rules',
    ),
  });
});

describe('an account that cannot be disabled is left as it is', () => {
  test.each([
    ['403', forbidden, 4],
    ['404', () => problem(404, 'not found'), 3],
    ['500 while it is still enabled', serverError, 1],
  ])('%s', async (_, fault, code) => {
    const deployment = deploy({ intercept: faults({ method: 'PATCH', answer: fault }) });
    expect((await deployment.run(argv)).code).toBe(code);
    expect(deployment.mutations()).toEqual([`PATCH ${account}`]);
  });

  test('unless it was, and only the answer was lost', async () => {
    const fault = { method: 'PATCH', done: true, answer: lost };
    const deployment = deploy({ intercept: faults(fault) });
    const outcome = await deployment.run([...argv, ...answer]);
    expect(outcome).toEqual({ code: 0, stdout: deleted, stderr: lines(...told) });
    expect(deployment.mutations()).toEqual(steps);
  });

  test('is fine with --ignore-missing when it has gone', async () => {
    const gone = { method: 'PATCH', answer: () => problem(404, 'not found') };
    const deployment = deploy({ intercept: faults(gone) });
    const outcome = await deployment.run([...argv, '--ignore-missing', '-q', '.deleted']);
    expect(outcome).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
  });
});

describe('the last step', () => {
  test.each([
    ['a lost answer', lost],
    ['500', serverError],
  ])('%s with the account gone is done', async (_, fault) => {
    const last = { method: 'DELETE', path: id, done: true, answer: fault };
    const deployment = deploy({ intercept: faults(last) });
    const outcome = await deployment.run([...argv, ...answer]);
    expect(outcome).toEqual({ code: 0, stdout: deleted, stderr: lines(...told) });
    expect(deployment.mutations()).toEqual(steps);
  });

  test('404 is not found: somebody else has deleted it', async () => {
    const last = { method: 'DELETE', path: id, done: true, answer: () => problem(404, 'not found') };
    const deployment = deploy({ intercept: faults(last) });
    const { code, stdout, stderr } = await deployment.run([...argv, ...answer]);
    expect([code, stdout]).toEqual([3, '']);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'not_found', status: 404 },
    });
    expect(deployment.mutations()).toEqual(steps);
  });

  test('500 with the account still there is exit 6, and says how to go on', async () => {
    const last = { method: 'DELETE', path: id, answer: serverError };
    const deployment = deploy({ intercept: faults(last) });
    expect(await deployment.run(argv)).toEqual({
      code: 6,
      stdout: '',
      stderr:
        lines(
          ...told.slice(0, 3),
          `cannot delete service account ci-vision (${id}): runai answered 500: Something went wrong; it is disabled`,
        ) + again,
    });
    expect(deployment.requests.at(-1)).toBe(one(id));
  });

  test('403 is not settled by reading: it is exit 6', async () => {
    const last = { method: 'DELETE', path: id, answer: forbidden };
    const deployment = deploy({ intercept: faults(last) });
    const { code, stderr } = await deployment.run(argv);
    expect([code, stderr.endsWith(again)]).toEqual([6, true]);
    expect(deployment.requests.at(-1)).toBe(`DELETE ${account}`);
  });
});
