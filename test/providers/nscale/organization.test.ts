// @module-tag slow
import { describe, expect, test } from 'vitest';

import { otherOrganizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { testNow } from '../../harness/context.ts';
import { faults } from '../faults.ts';
import { discovery, list } from './paths.ts';

const deploy = useNscale();
const { consultant } = sandboxTokens;
const listIds = ['sa', 'list', '-q', 'length'];

describe('an organization that is named is not asked for', () => {
  test.each([
    ['by --org', ['--org', organizationId], {}],
    ['by NSCALE_ORGANIZATION_ID', [], { NSCALE_ORGANIZATION_ID: organizationId }],
    ['by SACTL_ORG', [], { SACTL_ORG: organizationId }],
    [
      'by --org against both variables',
      ['--org', organizationId],
      { NSCALE_ORGANIZATION_ID: otherOrganizationId, SACTL_ORG: otherOrganizationId },
    ],
  ])('%s', async (_, flags, env) => {
    const deployment = deploy();
    const outcome = await deployment.run([...listIds, ...flags], { env });
    expect(outcome).toEqual({ code: 0, stdout: '13\n', stderr: '' });
    expect(deployment.requests).toEqual([list]);
  });
});

describe('an organization that is named by its name', () => {
  const finance = ['sa', 'list', '--org', 'acme-finance'];

  test.each([
    ['by --org', ['--org', 'acme-research'], {}],
    ['by NSCALE_ORGANIZATION_ID', [], { NSCALE_ORGANIZATION_ID: 'acme-research' }],
  ])('%s is looked up once', async (_, flags, env) => {
    const deployment = deploy({ token: consultant });
    const outcome = await deployment.run([...listIds, ...flags], { env });
    expect(outcome).toEqual({ code: 0, stdout: '13\n', stderr: '' });
    expect(deployment.requests).toEqual([discovery, list]);
  });

  test.each([
    ['that nobody has', 'acme'],
    ['in another case', 'Acme-Finance'],
    ['an id with a digit missing', otherOrganizationId.slice(1)],
  ])('%s is not found, and those there are are listed', async (_, named) => {
    const deployment = deploy({ token: consultant });
    expect(await deployment.run(['sa', 'list', '--org', named])).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: no nscale organization is named "${named}": this credential sees ${organizationId} (acme-research), ${otherOrganizationId} (acme-finance)\n`,
    });
    expect(deployment.requests).toEqual([discovery]);
  });

  test('that two have is ambiguous', async () => {
    const state = seedNscale(testNow);
    const twins = state.organizations.map((one) => ({ ...one, name: 'acme-finance' }));
    const deployment = deploy({ token: consultant, state: { ...state, organizations: twins } });
    expect(await deployment.run(finance)).toEqual({
      code: 5,
      stdout: '',
      stderr:
        `sactl: 2 nscale organizations are named "acme-finance": ${organizationId}, ${otherOrganizationId}\n` +
        'hint: name one of them by its id: --org <id>\n',
    });
    expect(deployment.requests).toEqual([discovery]);
  });

  test('that is blank names nothing', async () => {
    const deployment = deploy();
    expect(await deployment.run(['sa', 'list', '--org', ' '])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: --org must not be empty\n',
    });
    expect(deployment.requests).toEqual([]);
  });

  test('does not keep the organizations from being listed', async () => {
    const outcome = await deploy({ token: consultant }).run(['orgs', 'list', '--org', 'acme', '-q', 'length']);
    expect(outcome.code).toBe(2);
    const env = { NSCALE_ORGANIZATION_ID: 'acme' };
    const { code, stdout } = await deploy({ token: consultant }).run(['orgs', 'list', '-q', 'length'], { env });
    expect([code, stdout]).toEqual([0, '2\n']);
  });
});

describe('an organization that is not named', () => {
  test('is the one the token sees, asked for once a run', async () => {
    const deployment = deploy();
    const argv = ['sa', 'update', '--id', 'scratch', '--add-group', 'inference', '-q', '.id'];
    expect((await deployment.run(argv)).code).toBe(0);
    expect(deployment.requests.filter((request) => request === discovery)).toHaveLength(1);
  });

  test('is an error where the token sees none', async () => {
    const fault = { method: 'GET', path: '/organizations', answer: () => Response.json([]) };
    const deployment = deploy({ intercept: faults(fault) });
    expect(await deployment.run(['sa', 'list'])).toEqual({
      code: 4,
      stdout: '',
      stderr: 'sactl: this nscale token belongs to no organization\nhint: name one with --org <id>\n',
    });
    expect(deployment.requests).toEqual([discovery]);
  });

  test('has to be named where there are several', async () => {
    const deployment = deploy({ token: consultant });
    expect(await deployment.run(['sa', 'list'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: --org is missing: this credential sees several organizations: ${organizationId} (acme-research), ${otherOrganizationId} (acme-finance)\n`,
    });
    expect(deployment.requests).toEqual([discovery]);
  });

  test('is chosen from several on a terminal', async () => {
    const deployment = deploy({ token: consultant });
    const asked: unknown[] = [];
    const outcome = await deployment.run(listIds, {
      terminal: 120,
      prompt: {
        select: (question) => {
          asked.push(question);
          return Promise.resolve(organizationId);
        },
      },
    });
    expect(outcome).toEqual({ code: 0, stdout: '13\n', stderr: '' });
    expect(asked).toEqual([
      {
        message: 'Which organization?',
        choices: [
          {
            value: organizationId,
            label: `acme-research (${organizationId})`,
            names: ['acme-research', organizationId],
          },
          {
            value: otherOrganizationId,
            label: `acme-finance (${otherOrganizationId})`,
            names: ['acme-finance', otherOrganizationId],
          },
        ],
      },
    ]);
    expect(deployment.requests).toEqual([discovery, list]);
  });

  test('is not asked for on a terminal with --no-input', async () => {
    const deployment = deploy({ token: consultant });
    const { code } = await deployment.run(['sa', 'list', '--no-input'], { terminal: 120 });
    expect(code).toBe(2);
  });
});

test('orgs list needs no organization', async () => {
  const deployment = deploy({ token: consultant });
  const outcome = await deployment.run(['orgs', 'list', '-q', '.[].name']);
  expect(outcome).toEqual({ code: 0, stdout: 'acme-finance\nacme-research\n', stderr: '' });
  expect(deployment.requests).toEqual([discovery]);
});

test('28: an id in upper case is the same organization, and sent in lower case', async () => {
  const deployment = deploy();
  const argv = [...listIds, '--org', organizationId.toUpperCase()];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: '13\n', stderr: '' });
  expect(deployment.requests).toEqual([list]);
});
