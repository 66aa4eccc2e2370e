// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds, otherOrganizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../faults.ts';
import { serverError } from './faults.ts';
import { accounts, discovery, list, organizations, userInfo } from './paths.ts';

/** Surprise 27 of docs/contracts/nscale.md 9: what an organization is called that the caller is not in. */
const deploy = useNscale();
const { administrator, selfRotating } = sandboxTokens;
const elsewhere = `${organizations}/${otherOrganizationId}/serviceaccounts`;
const home = `${organizationId} (acme-research)`;

function notMember(id: string, those: string): string {
  return `sactl: this credential is not a member of nscale organization ${id}; it is a member of ${those}\n`;
}

describe('27: an organization of others', () => {
  const argv = ['sa', 'list', '--org', otherOrganizationId];
  const absent = 'aaaaaaaa-0000-4000-8000-000000000000';

  test.each([
    ['list', ['sa', 'list']],
    ['get', ['sa', 'get', '--id', 'ci-deploy']],
    ['create', ['sa', 'create', '--name', 'fresh', '--to', 'file:a']],
    ['rotate', ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:a']],
    ['rotate of several', ['sa', 'rotate', '--all', '--yes', '--to', 'file:{id}']],
    ['groups list', ['groups', 'list']],
    ['roles list', ['roles', 'list']],
  ])("is not one of a person's: %s", async (_, words) => {
    for (const id of [otherOrganizationId, absent]) {
      const deployment = deploy({ token: administrator });
      const outcome = await deployment.run([...words, '--org', id]);
      expect(outcome).toEqual({
        code: 4,
        stdout: '',
        stderr: `${notMember(id, home)}hint: name one of these with --org <id>\n`,
      });
      expect(deployment.mutations()).toEqual([]);
    }
  });

  test('is told as it is for scripts: running it again is useless', async () => {
    const deployment = deploy({ token: administrator });
    const { code, stderr } = await deployment.run([...argv, '--json']);
    expect([code, JSON.parse(stderr)]).toEqual([
      4,
      {
        error: {
          code: 'forbidden',
          message: notMember(otherOrganizationId, home).slice('sactl: '.length).trim(),
          hint: 'name one of these with --org <id>',
          provider: 'nscale',
          status: 500,
          traceId: '0af7651916cd43dd8448eb211c80319c',
          retryable: false,
          exitCode: 4,
        },
      },
    ]);
    expect(deployment.requests).toEqual([`GET ${elsewhere}`, discovery]);
  });

  test('is found out by userinfo where the organizations cannot be read', async () => {
    const fault = { method: 'GET', path: organizations, answer: serverError };
    const deployment = deploy({ token: administrator, intercept: faults(fault) });
    expect(await deployment.run(argv)).toEqual({
      code: 4,
      stdout: '',
      stderr: `${notMember(otherOrganizationId, organizationId)}hint: name one of these with --org <id>\n`,
    });
    expect(deployment.requests).toEqual([`GET ${elsewhere}`, discovery, userInfo]);
  });

  test('may be the cause where neither can be read, and the failure stays what it is', async () => {
    const intercept = faults(
      { method: 'GET', path: organizations, answer: serverError },
      { method: 'GET', path: '/userinfo', answer: () => Response.json({ sub: 'ann@example.com' }) },
    );
    const deployment = deploy({ token: administrator, intercept });
    expect(await deployment.run(argv)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot list service accounts: nscale answered 500: an internal error has occurred, please contact support\n' +
        `hint: nscale also answers so where the organization is not one of yours: "sactl orgs list" shows them\n`,
    });
  });

  test('is not the cause where nothing is answered at all', async () => {
    const deployment = deploy({ token: administrator, intercept: lost });
    const { code, stderr } = await deployment.run(argv);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sactl: cannot list service accounts: .*ended the connection without an answer.*\n$/);
  });

  test('is not the cause of a failure in an own one', async () => {
    const intercept = faults({ method: 'GET', path: accounts, answer: serverError });
    const deployment = deploy({ token: administrator, intercept });
    expect(await deployment.run(['sa', 'list', '--org', organizationId])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot list service accounts: nscale answered 500: an internal error has occurred, please contact support\n',
    });
    expect(deployment.requests).toEqual([list, discovery]);
  });

  test('is not looked for where none was named', async () => {
    const deployment = deploy({ intercept: faults({ method: 'GET', path: accounts, answer: serverError }) });
    expect((await deployment.run(['sa', 'list'])).code).toBe(1);
    expect(deployment.requests).toEqual([discovery, list]);
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

  test('that does not exist ends the connection of a service account', async () => {
    const deployment = deploy({ token: selfRotating });
    expect(await deployment.run(['sa', 'list', '--org', absent])).toEqual({
      code: 4,
      stdout: '',
      stderr: `${notMember(absent, home)}hint: name one of these with --org <id>\n`,
    });
  });

  test('is refused to a service account with rights at home', async () => {
    const deployment = deploy({ token: selfRotating });
    for (const group of deployment.state.groups) group.accountIds.push(accountIds.selfRotating);
    expect(await deployment.run(['groups', 'list', '--org', otherOrganizationId])).toEqual({
      code: 4,
      stdout: '',
      stderr: `${notMember(otherOrganizationId, home)}hint: name one of these with --org <id>\n`,
    });
  });

  test('is found by doctor', async () => {
    const examine = ['doctor', '-q', '.[] | select(.check == "organization") | .level, .message'];
    const foreign = await deploy({ token: administrator }).run(examine, {
      env: { NSCALE_ORGANIZATION_ID: otherOrganizationId },
    });
    expect([foreign.code, foreign.stdout]).toEqual([
      1,
      `error\nenvironment variable NSCALE_ORGANIZATION_ID "${otherOrganizationId}" is not one of the credential's organizations: ${home}\n`,
    ]);
    for (const named of [organizationId, organizationId.toUpperCase(), 'acme-research']) {
      const own = await deploy({ token: administrator }).run(examine, { env: { NSCALE_ORGANIZATION_ID: named } });
      expect([own.code, own.stdout]).toEqual([0, `ok\nit is acme-research (${organizationId})\n`]);
    }
  });
});
