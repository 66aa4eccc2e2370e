import { describe, expect, test } from 'vitest';

import { otherOrganizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { accounts, discovery, list, organizations } from './paths.ts';

const deploy = useNscale();
const { administrator, consultant, selfRotating } = sandboxTokens;
const listIds = ['sa', 'list', '-q', 'length'];
const elsewhere = `${organizations}/${otherOrganizationId}/serviceaccounts`;

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

  test('by something that is no UUID', async () => {
    const deployment = deploy();
    const outcome = await deployment.run(['sa', 'list', '--org', 'acme']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: flag --org "acme": nscale organizations are named by their UUID; "sactl orgs list" shows it\n',
    });
    expect(deployment.requests).toEqual([]);
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
          { value: organizationId, label: `acme-research (${organizationId})` },
          { value: otherOrganizationId, label: `acme-finance (${otherOrganizationId})` },
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

describe('an organization of others', () => {
  const argv = ['sa', 'list', '--org', otherOrganizationId];

  test('is forbidden to a person', async () => {
    const deployment = deploy({ token: administrator });
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain("organization is not in this principal's accessible set");
    expect(deployment.requests).toEqual([`GET ${elsewhere}`]);
  });

  test('is empty for a service account, which is told that this proves nothing', async () => {
    const deployment = deploy({ token: selfRotating });
    expect(await deployment.run([...argv, '-q', '.[]'])).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'sactl: this list may be incomplete: without read permission an nscale token sees only its own account\n' +
        'sactl: no service accounts\n',
    });
  });
});

test('orgs list needs no organization', async () => {
  const deployment = deploy({ token: consultant });
  const outcome = await deployment.run(['orgs', 'list', '-q', '.[].name']);
  expect(outcome).toEqual({ code: 0, stdout: 'acme-finance\nacme-research\n', stderr: '' });
  expect(deployment.requests).toEqual([discovery]);
});

test('an id in upper case is the same organization', async () => {
  const deployment = deploy();
  const argv = [...listIds, '--org', organizationId.toUpperCase()];
  expect((await deployment.run(argv)).stdout).toBe('13\n');
  expect(deployment.requests.map((request) => request.toLowerCase())).toEqual([`get ${accounts}`.toLowerCase()]);
});
