import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ConfigurationFlags } from '../../src/config/configuration.ts';
import { createWorkspace, nscaleEnv, userFile, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

describe('the organization', () => {
  const environmentOrder = ['flag', 'env', 'variable', 'project', 'user'] as const;
  const profileOrder = ['flag', 'env', 'project', 'profile', 'user'] as const;
  type Kind = (typeof environmentOrder)[number] | (typeof profileOrder)[number];

  async function organization(kinds: readonly Kind[], base: ConfigurationFlags) {
    if (kinds.includes('project')) {
      await workspace.write('code/repository/.sactlrc', 'org: of-project');
    }
    const org = kinds.includes('profile') ? 'org: of-profile,' : '';
    const profiles = `profiles: {p: {provider: nscale, ${org} credential: {env: T}}}`;
    const top = kinds.includes('user') ? 'org: of-user\n' : '';
    await workspace.write(userFile, `${top}${profiles}`);
    const flags = kinds.includes('flag') ? { ...base, org: 'of-flag' } : base;
    const { organization: found } = await workspace.resolve(flags, {
      ...nscaleEnv,
      ...(kinds.includes('env') ? { SACTL_ORG: 'of-env' } : {}),
      ...(kinds.includes('variable') ? { NSCALE_ORGANIZATION_ID: 'of-variable' } : {}),
    });
    return found;
  }

  function pairsOf(order: readonly Kind[]) {
    return order.flatMap((stronger, index) => order.slice(index + 1).map((weaker) => [stronger, weaker] as const));
  }

  test.each(pairsOf(environmentOrder))('of the environment: %s beats %s', async (...kinds) => {
    expect((await organization(kinds, {})).value).toBe(`of-${kinds[0]}`);
  });

  test.each(pairsOf(profileOrder))('of a profile: %s beats %s', async (...kinds) => {
    expect((await organization(kinds, { profile: 'p' })).value).toBe(`of-${kinds[0]}`);
  });

  test('of a profile is never the variable', async () => {
    expect((await organization(['variable'], { profile: 'p' })).value).toBeNull();
  });

  test('names its variable as the source', async () => {
    expect((await organization(['variable'], {})).source).toEqual({ kind: 'env', name: 'NSCALE_ORGANIZATION_ID' });
  });
});
