import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { nscaleEndpoint, organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { ciDeploy } from './ci-deploy.ts';
import { forbidden, missing, serverError } from './faults.ts';
import { accounts, discovery, list, userInfo } from './paths.ts';

/** Surprise 40 of docs/contracts/nscale.md 9: userinfo is not in the published spec. */
const deploy = useNscale();
const unpublished = faults({ method: 'GET', path: '/userinfo', answer: missing });
const identity = ['whoami', '-q', '{subject, kind, organizations}'];

test.each([
  ['a person', sandboxTokens.administrator, { subject: 'ann@example.com', kind: 'user' }],
  ['a service account', sandboxTokens.selfRotating, { subject: accountIds.selfRotating, kind: 'service-account' }],
])('userinfo says who %s is', async (_, token, who) => {
  const deployment = deploy({ token });
  const { code, stdout, stderr } = await deployment.run(identity);
  expect([code, JSON.parse(stdout), stderr]).toEqual([0, { ...who, organizations: [organizationId] }, '']);
  expect(deployment.requests).toEqual([userInfo]);
});

describe('40: where it is not published', () => {
  test('whoami says the organizations, and that it knows no more', async () => {
    const deployment = deploy({ intercept: unpublished });
    expect(await deployment.run(['whoami', '--json'])).toEqual({
      code: 0,
      stdout: `${JSON.stringify(
        {
          provider: 'nscale',
          profile: null,
          endpoint: nscaleEndpoint,
          credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
          subject: null,
          kind: 'unknown',
          organizations: [organizationId],
          permissions: null,
        },
        null,
        2,
      )}\n`,
      stderr: '',
    });
    expect(deployment.requests).toEqual([userInfo, discovery]);
  });

  test('doctor says that the credential works, and not whose it is', async () => {
    const argv = ['doctor', '-q', '.[] | select(.check == "credential" or .check == "endpoint") | .level, .message'];
    const { code, stdout } = await deploy({ intercept: unpublished }).run(argv);
    expect([code, stdout]).toEqual([
      0,
      `ok\n${nscaleEndpoint} answers (default)\nok\nthe credential from environment variable NSCALE_SERVICE_TOKEN works\n`,
    ]);
  });

  test('a token that is refused is refused', async () => {
    const deployment = deploy({ token: 'nobody', intercept: unpublished });
    expect((await deployment.run(identity)).code).toBe(4);
  });

  test('a rotation cannot tell whether it is of oneself, and wants that allowed', async () => {
    const deployment = deploy({ newSecret: () => 'token', intercept: unpublished });
    const argv = ['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.name'];
    expect((await deployment.run(argv)).code).toBe(2);
    expect(deployment.requests).toEqual([discovery, list, userInfo]);
    expect(deployment.mutations()).not.toContain(`POST ${accounts}/${ciDeploy}/rotate`);
  });
});

test.each([
  ['forbidden', forbidden, 4],
  ['broken', serverError, 1],
])('where it is %s, that is the error', async (_, answer, code) => {
  const deployment = deploy({ intercept: faults({ method: 'GET', path: '/userinfo', answer }) });
  expect((await deployment.run(identity)).code).toBe(code);
  expect(deployment.requests).toEqual([userInfo]);
});
