import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { providerNames } from '../../src/model/account.ts';
import type { ConfigurationFlags } from '../../src/config/configuration.ts';
import { resolveAllConnections, type Connection } from '../../src/config/connection.ts';
import { AuthError, UsageError } from '../../src/errors.ts';
import { createWorkspace, environments, failure, nscaleEnv, runaiEnv, userFile, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

async function resolveAll(
  flags: ConfigurationFlags = {},
  env: Record<string, string> = {},
): Promise<readonly Connection[]> {
  const configuration = await workspace.load(flags, env);
  return resolveAllConnections(workspace.context(env), { configuration, flags, environments });
}

describe('which provider', () => {
  test('none can be told without any credential', async () => {
    const error = await failure(workspace.resolve());
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({
      message:
        'no credential found; for nscale: set NSCALE_SERVICE_TOKEN; for runai: set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN; for augment: set AUGMENT_SESSION_AUTH',
      hint: [
        'or select a profile with --profile, or try it with --sandbox; how to begin: ',
        { words: ['help', 'setup'] },
      ],
    });
  });

  test('several credentials need a choice', async () => {
    const env = { ...nscaleEnv, ...runaiEnv };
    expect(await failure(workspace.resolve({}, env))).toMatchObject({
      exitCode: 2,
      message: 'which provider? There are credentials for nscale and runai: --provider <one>',
      hint: null,
    });
    expect((await workspace.resolve({ provider: 'runai' }, env)).provider).toBe('runai');
    expect((await workspace.resolve({}, { ...env, SACTL_PROVIDER: 'nscale' })).provider).toBe('nscale');
  });

  test('half a credential is none, and says what is missing', async () => {
    const { RUNAI_CLIENT_ID } = runaiEnv;
    expect((await workspace.resolve({}, { ...nscaleEnv, RUNAI_CLIENT_ID })).provider).toBe('nscale');
    const error = await failure(workspace.resolve({ provider: 'runai' }, { RUNAI_CLIENT_ID }));
    expect(error).toMatchObject({
      exitCode: 4,
      provider: 'runai',
      message:
        'no credential for runai: RUNAI_CLIENT_ID is set but RUNAI_CLIENT_SECRET is not, and neither is RUNAI_BASE_URL',
      hint: 'to try it without a credential, add --sandbox',
    });
  });

  test('a provider without a credential names its profiles', async () => {
    await workspace.writeProfiles();
    expect(await failure(workspace.resolve({ provider: 'nscale' }, runaiEnv))).toMatchObject({
      message: 'no credential for nscale: set NSCALE_SERVICE_TOKEN',
      hint: 'or select a profile with --profile: prod',
    });
  });

  test('all is not one', async () => {
    expect(await failure(workspace.resolve({ provider: 'all' }, nscaleEnv))).toMatchObject({
      exitCode: 2,
      message: 'flag --provider says all, and this needs one provider',
    });
  });
});

describe('a profile and a provider that differ', () => {
  const env = { ...runaiEnv, PROD_TOKEN: 'x' };

  test.each([
    ['a named profile beats the project file', { profile: 'prod' }, '', 'runai', 'prod'],
    ['a named profile beats the user file', { profile: 'prod' }, 'provider: runai', '', 'prod'],
    ['--provider beats the default profile', { provider: 'runai' }, 'profile: prod', '', null],
    ['the project file beats the default profile', {}, 'profile: prod', 'runai', null],
  ])('%s', async (_, flags, user, project, profile) => {
    await workspace.writeProfiles(user);
    if (project !== '') await workspace.write('code/repository/.sactlrc', `provider: ${project}`);
    const connection = await workspace.resolve(flags, env);
    expect([connection.profile, connection.provider]).toEqual([profile, profile === null ? 'runai' : 'nscale']);
  });

  test.each([
    [{ profile: 'prod', provider: 'runai' }, {}, '', 'flag --profile', 'flag --provider'],
    [{ provider: 'runai' }, { SACTL_PROFILE: 'prod' }, '', 'environment variable SACTL_PROFILE', 'flag --provider'],
    [{}, {}, 'profile: prod\nprovider: runai', '~/config', '~/config'],
  ])('%j with %j contradict each other', async (flags, variables, user, profile, provider) => {
    await workspace.writeProfiles(user);
    const error = await failure(workspace.resolve(flags, { ...env, ...variables }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message.replaceAll(join(workspace.home, userFile), '~/config')).toBe(
      `profile prod (${profile}) is for nscale, and ${provider} says runai`,
    );
  });

  test('the same provider is no contradiction', async () => {
    await workspace.writeProfiles();
    expect((await workspace.resolve({ profile: 'prod', provider: 'nscale' })).profile).toBe('prod');
  });
});

describe('the sandbox', () => {
  test('reads no credential, and of the organizations only --org', async () => {
    await workspace.writeProfiles('org: of-user');
    const env = { ...nscaleEnv, SACTL_ORG: 'of-env', SACTL_PROFILE: 'prod', SACTL_SANDBOX: '1' };
    const connection = await workspace.resolve({}, env);
    expect(connection).toEqual({
      provider: 'nscale',
      profile: null,
      endpoint: '',
      endpointSource: 'sandbox',
      organization: { value: null, source: { kind: 'default', name: 'default' } },
      ca: null,
      credential: null,
      needsConfirmation: null,
      warnings: [],
    });
    expect((await workspace.resolve({ org: 'of-flag' }, env)).organization.value).toBe('of-flag');
  });

  test('has every provider', async () => {
    expect((await workspace.resolve({ sandbox: true, provider: 'runai' })).provider).toBe('runai');
    const all = await resolveAll({ sandbox: true, provider: 'all' });
    expect(all.map(({ provider }) => provider)).toEqual(providerNames);
  });
});

describe('all connections', () => {
  test('are every profile, then every credential of the environment', async () => {
    const lab = 'credential: {env: T}, endpoint: https://lab.test';
    await workspace.write(userFile, `profiles: {lab: {provider: runai, ${lab}}}`);
    const all = await resolveAll({ provider: 'all' }, { ...nscaleEnv, SACTL_PROFILE: 'lab' });
    expect(all.map(({ provider, profile }) => [provider, profile])).toEqual([
      ['runai', 'lab'],
      ['nscale', null],
    ]);
  });

  test.each([
    ['the same', '', {}, false],
    [
      'the same address, but for its slash',
      'endpoint: https://a.test',
      { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: 'https://a.test/' },
      false,
    ],
    ['an address of the profile alone', 'endpoint: https://a.test', {}, false],
    ['another address', 'endpoint: https://a.test', { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: 'https://b.test' }, true],
    ['another organization', 'org: a', { NSCALE_ORGANIZATION_ID: 'b' }, true],
  ])('take a variable that a profile names once: %s', async (_, more, env, isOther) => {
    const own = `provider: nscale, credential: {env: NSCALE_SERVICE_TOKEN}${more === '' ? '' : `, ${more}`}`;
    await workspace.write(userFile, `profiles: {lab: {${own}}}`);
    const all = await resolveAll({ provider: 'all' }, { ...nscaleEnv, ...env });
    expect(all.map(({ profile }) => profile)).toEqual(['lab', ...(isOther ? [null] : [])]);
  });

  test('need at least one', async () => {
    expect(await failure(resolveAll({ provider: 'all' }))).toBeInstanceOf(AuthError);
  });

  test('refuse flags that mean one connection', async () => {
    const flags = { provider: 'all', profile: 'prod', endpoint: 'https://a.test' };
    expect(await failure(resolveAll(flags))).toMatchObject({
      problems: ['--profile does not go with all providers', '--endpoint does not go with all providers'],
    });
  });
});
