import { describe, expect, test } from 'vitest';

import { groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import type { NscaleState } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { ciDeploy, put } from './ci-deploy.ts';
import { faults } from '../faults.ts';
import { forbidden, serverError } from './faults.ts';
import { discovery, groups, list } from './paths.ts';

const deploy = useNscale();
const { inference, mlTraining } = groupIds;
const update = ['sa', 'update', '--id', ciDeploy, '-q', '.groups[]'];
const absent = 'aaaaaaaa-0000-4000-8000-000000000000';
const notReadable = { method: 'GET', path: '/groups', answer: forbidden };

function twins(): NscaleState {
  const state = seedNscale(testNow);
  return { ...state, groups: state.groups.map((group) => Object.assign(group, { name: 'twin' })) };
}

describe('a group is named', () => {
  test.each([
    ['by name', 'inference'],
    ['by id', inference],
    ['by id in upper case', inference.toUpperCase()],
    ['twice, by name and by id', `inference ${inference}`],
  ])('%s', async (_, references) => {
    const deployment = deploy();
    const flags = references.split(' ').flatMap((reference) => ['--group', reference]);
    const outcome = await deployment.run([...update, ...flags]);
    expect(outcome).toEqual({ code: 0, stdout: `${inference}\n`, stderr: '' });
    expect(deployment.bodies).toMatchObject([{ spec: { groupIDs: [inference] } }]);
  });
});

describe('what is no group is a usage error, and nothing is sent', () => {
  test.each([
    ['an unknown name', ['--group', 'nope'], ['no group has the id or name "nope"']],
    ['an unknown id', ['--add-group', absent], [`no group has the id or name "${absent}"`]],
    ['a name in other case', ['--group', 'Inference'], ['no group has the id or name "Inference"']],
    [
      'several, all at once',
      ['--group', 'a', '--add-group', 'b', '--remove-group', 'c'],
      ['a', 'b', 'c'].map((name) => `no group has the id or name "${name}"`),
    ],
  ])('%s', async (_, flags, problems) => {
    const deployment = deploy();
    const outcome = await deployment.run([...update.slice(0, -2), ...flags]);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: [...problems.map((problem) => `sactl: ${problem}\n`), 'hint: sactl groups list\n'].join(''),
    });
    expect(deployment.requests).toEqual([discovery, list, `GET ${groups}`]);
  });

  test('a name that several groups have', async () => {
    const deployment = deploy({ state: twins() });
    const outcome = await deployment.run([...update.slice(0, -2), '--add-group', 'twin']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: several groups are named "twin": ${Object.values(groupIds).join(', ')}\nhint: sactl groups list\n`,
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('where the caller may not list groups', () => {
  test('ids are taken as they are', async () => {
    const deployment = deploy({ intercept: faults(notReadable) });
    const flags = ['--group', inference.toUpperCase(), '--add-group', mlTraining];
    expect(await deployment.run([...update, ...flags, '--description', 'x'])).toEqual({
      code: 0,
      stdout: [inference, mlTraining].toSorted().join('\n') + '\n',
      stderr: '',
    });
    expect(deployment.mutations()).toEqual([put]);
  });

  test('a name cannot be looked up', async () => {
    const deployment = deploy({ intercept: faults(notReadable) });
    const flags = ['--group', 'inference', '--add-group', mlTraining];
    expect(await deployment.run([...update.slice(0, -2), ...flags])).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'sactl: cannot look up group "inference": this token may not list groups\nhint: name groups by their id\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('an unknown id that v1.19 ignores is found out afterwards', async () => {
    const deployment = deploy({ intercept: faults(notReadable) });
    expect(await deployment.run([...update.slice(0, -2), '--add-group', absent])).toEqual({
      code: 6,
      stdout: '',
      stderr:
        `sactl: nscale accepted the update of service account ci-deploy (${ciDeploy}) but did not put it into group ${absent}\n` +
        `hint: sactl serviceaccounts get --id ${ciDeploy}\n`,
    });
    expect(deployment.mutations()).toEqual([put]);
  });

  test('an unknown id that v1.20 refuses is reported in its words', async () => {
    const deployment = deploy({ behaviour: 'v1.20', intercept: faults(notReadable) });
    expect(await deployment.run([...update.slice(0, -2), '--add-group', absent])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: cannot update service account ci-deploy (${ciDeploy}): nscale answered 400: group ${absent} does not exist in this organization\n`,
    });
    expect(deployment.mutations()).toEqual([put]);
  });
});

test('a list of groups that fails otherwise is no permission question', async () => {
  const deployment = deploy({ intercept: faults({ ...notReadable, answer: serverError }) });
  const { code, stderr } = await deployment.run([...update.slice(0, -2), '--add-group', inference]);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot list groups: nscale answered 500');
  expect(deployment.mutations()).toEqual([]);
});

describe('the list of groups', () => {
  const argv = ['groups', 'list', '--org', organizationId];

  test('has the members and the roles of each', async () => {
    const deployment = deploy();
    const outcome = await deployment.run([...argv, '-q', '.[] | [.name, .accounts] | @tsv']);
    expect(outcome.stdout).toBe(
      'billing-readonly\t1\ninference\t3\nml-training\t3\nobservability\t2\nplatform-admins\t1\n',
    );
  });

  test('is forbidden to most', async () => {
    const deployment = deploy({ token: sandboxTokens.user });
    const outcome = await deployment.run(argv);
    expect([outcome.code, outcome.stdout]).toEqual([4, '']);
    expect(outcome.stderr).toContain("on endpoint 'identity:groups'");
  });
});
