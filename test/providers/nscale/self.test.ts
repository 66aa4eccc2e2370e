import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { hashSecret } from '../../../src/sandbox/records.ts';
import { sandboxTokens, useNscale, type NscaleOptions } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { connectNscale } from './connect.ts';
import { forbidden, serverError } from './faults.ts';

const install = useNscale();
const { ciDeploy, terraform, selfRotating } = accountIds;
const terraformToken = 'token-of-terraform';

/** Whether a plan takes the rotation of an account for one of the caller's own. */
async function isSelf(id: string, options: NscaleOptions): Promise<boolean | null | undefined> {
  const deployment = install(options);
  for (const account of deployment.state.accounts) {
    if (account.id === terraform) account.tokenHash = hashSecret(terraformToken);
  }
  const provider = connectNscale(deployment.context(), options.token);
  return (await provider.planRotate?.(await provider.findAccount(id)))?.isSelf;
}

describe("a rotation of the caller's own account", () => {
  test.each([
    ['a service account that rotates itself', sandboxTokens.selfRotating, selfRotating, true],
    ['a service account that rotates another', terraformToken, ciDeploy, false],
    ['a person', sandboxTokens.administrator, ciDeploy, false],
  ])('%s', async (_, token, id, expected) => {
    expect(await isSelf(id, { token })).toBe(expected);
  });

  function userInfo(claims: object): () => Response {
    return () => Response.json({ sub: ciDeploy, 'https://unikorn-cloud.org/authz': claims });
  }

  test.each([
    ['says that a person has the id of the account', userInfo({ acctype: 'user' }), false],
    ['says that it is the account', userInfo({ acctype: 'service' }), true],
    ['does not say what the caller is', userInfo({}), null],
    ['calls the caller something new', userInfo({ acctype: 'robot' }), null],
    ['refuses to say who it is', forbidden, null],
    ['fails to say who it is', serverError, null],
  ])('where nscale %s', async (_, answer, expected) => {
    const intercept = faults({ method: 'GET', path: '/userinfo', answer });
    expect(await isSelf(ciDeploy, { intercept })).toBe(expected);
  });
});

test('a new account is nobody who could have asked for it', async () => {
  const account = { name: 'fresh', description: null, groups: [], tags: {} };
  const provider = connectNscale(install().context(), sandboxTokens.selfRotating);
  expect((await provider.planCreate?.(account, 'operation'))?.isSelf).toBe(false);
});
