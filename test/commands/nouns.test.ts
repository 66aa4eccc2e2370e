import { describe, expect, it } from 'vitest';

import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { groupIds, roleIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../harness/context.ts';
import { nscaleEndpoint, organizationId, sandboxTokens, useNscale } from '../harness/nscale.ts';
import { brokenStdout } from './support.ts';

const nscale = useNscale();

function lines(...text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

describe('what --org, --group and roles are', () => {
  it('lists organizations', async () => {
    expect(await nscale().run(['orgs', 'list'])).toEqual({
      code: 0,
      stdout: lines(
        'NAME           DESCRIPTION                          ID',
        `acme-research  Models and the clusters they run on  ${organizationId}`,
      ),
      stderr: '',
    });
  });

  it('lists groups with the names of their roles', async () => {
    expect(await nscale().run(['groups', 'list'])).toEqual({
      code: 0,
      stdout: lines(
        'NAME              ROLES          ACCOUNTS  DESCRIPTION                  ID',
        `billing-readonly  auditor        1         Cost reports                 ${groupIds.billingReadonly}`,
        `inference         reader, user   3         -                            ${groupIds.inference}`,
        `ml-training       user           3         Training clusters            ${groupIds.mlTraining}`,
        `observability     reader         2         Dashboards and alerts        ${groupIds.observability}`,
        `platform-admins   administrator  1         Full control; keep it small  ${groupIds.platformAdmins}`,
      ),
      stderr: '',
    });
  });

  it('lists roles, and whether they may be granted', async () => {
    expect(await nscale().run(['roles', 'list', '--format', 'csv'])).toEqual({
      code: 0,
      stdout: [
        'name,description,grantable,id',
        `administrator,Manages everything in the organization,true,${roleIds.administrator}`,
        `auditor,"Reads everything, changes nothing",false,${roleIds.auditor}`,
        `reader,Reads clusters and workloads,true,${roleIds.reader}`,
        `user,Runs clusters and workloads,true,${roleIds.user}`,
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('lists nothing as [], with a note', async () => {
    const deployment = nscale({ state: { ...seedNscale(testNow), groups: [] } });
    expect(await deployment.run(['groups', 'list', '--json'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: 'sactl: no groups\n',
    });
  });

  it('prints the raw answer in the order of the provider', async () => {
    const { stdout } = await nscale().run(['groups', 'list', '--raw', '-q', '.[].metadata.id']);
    const ids = Object.values(groupIds).toSorted();
    expect(stdout).toBe(lines(...ids));
  });

  it.each(['groups', 'roles'])('refuses %s to somebody without the right', async (noun) => {
    const deployment = nscale({ token: sandboxTokens.user });
    const { code, stdout, stderr } = await deployment.run([noun, 'list', '--format', 'yaml']);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('operation is not allowed by rbac');
    expect(stderr).not.toContain(sandboxTokens.user);
  });
});

describe('whoami', () => {
  it('says who the credential is, and where it was found', async () => {
    const { code, stdout, stderr } = await nscale().run(['whoami', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      provider: 'nscale',
      profile: null,
      endpoint: nscaleEndpoint,
      credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
      subject: 'ann@example.com',
      kind: 'user',
      organizations: [organizationId],
      permissions: null,
    });
  });

  it('says it to people', async () => {
    const { code, stdout } = await nscale({ token: sandboxTokens.selfRotating }).run(['whoami']);
    expect(code).toBe(0);
    expect(stdout).toContain('Credential from:  environment variable NSCALE_SERVICE_TOKEN\n');
    expect(stdout).toMatch(/^Kind: +service/m);
  });

  it('names the source of a credential that is refused, never its value', async () => {
    const { code, stdout, stderr } = await nscale({ token: 'not-a-token' }).run(['whoami']);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('NSCALE_SERVICE_TOKEN');
    expect(stderr).not.toContain('not-a-token');
  });

  it('needs a credential', async () => {
    const deployment = nscale();
    const env = { NSCALE_SERVICE_TOKEN: undefined };
    expect(await deployment.run(['whoami'], { env })).toEqual({
      code: 4,
      stdout: '',
      stderr: lines(
        'sactl: no credential found; for nscale: set NSCALE_SERVICE_TOKEN; ' +
          'for runai: set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN; for augment: set AUGMENT_SESSION_AUTH',
        'hint: or select a profile with --profile, or try it with --sandbox; how to begin: sactl help setup',
      ),
    });
    expect(deployment.requests).toEqual([]);
  });
});

it('help is done when its reader has gone', async () => {
  const outcome = await nscale().run(['--help'], { stdout: brokenStdout('EPIPE') });
  expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
});
