import { describe, expect, test } from 'vitest';

import { accountIds, otherOrganizationId, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import type { NscaleState } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { accounts, deploy, idsOf, write, type Deployment } from './deployment.ts';

const account = `${accounts}/${accountIds.ciDeploy}`;
const elsewhere = `/api/v1/organizations/${otherOrganizationId}/serviceaccounts`;

async function seenBy({ send }: Deployment, path: string, token: string): Promise<string[]> {
  return idsOf((await send('GET', path, { token })).items);
}

/** The seed with its administrator in both organizations. */
function withTwoHomes(): NscaleState {
  const state = seedNscale(testNow);
  const [administrator] = state.roles;
  const [ann] = state.users;
  if (administrator === undefined || ann === undefined) throw new Error('the seed has both');
  const id = 'administrator-elsewhere';
  const roles = { ...ann.roles, [otherOrganizationId]: [id] };
  return {
    ...state,
    roles: [...state.roles, { ...administrator, id, organizationId: otherOrganizationId }],
    users: [{ ...ann, roles }, ...state.users.slice(1)],
  };
}

describe('a list that lags behind a write', () => {
  test('still shows an account without rights only itself', async () => {
    const deployment = deploy({ listLag: 1 });
    await deployment.send('PUT', account, { body: write('renamed') });
    const seen = await seenBy(deployment, accounts, sandboxTokens.selfRotating);
    expect(seen).toEqual([accountIds.selfRotating]);
  });

  test('is that of the organization that was written to', async () => {
    const deployment = deploy({ listLag: 1, state: withTwoHomes() });
    await deployment.send('DELETE', account);
    expect(await seenBy(deployment, elsewhere, sandboxTokens.administrator)).toEqual([]);
    const lagging = await seenBy(deployment, accounts, sandboxTokens.administrator);
    expect(lagging).toContain(accountIds.ciDeploy);
    const current = await seenBy(deployment, accounts, sandboxTokens.administrator);
    expect(current).not.toContain(accountIds.ciDeploy);
  });
});
