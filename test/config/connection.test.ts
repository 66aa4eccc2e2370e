import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Connection } from '../../src/config/connection.ts';
import { AuthError, UsageError } from '../../src/errors.ts';
import { createWorkspace, failure, nscaleEnv, runaiEnv, userFile, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const profileSource = 'profile prod in ~/.config/sactl/config.yaml';

async function secretOf(connection: Connection): Promise<string | undefined> {
  return (await connection.credential?.read())?.reveal();
}

describe('from the environment', () => {
  test('nscale', async () => {
    const { credential, ...connection } = await workspace.resolve({}, nscaleEnv);
    expect(connection).toEqual({
      provider: 'nscale',
      profile: null,
      endpoint: 'https://nscale.test',
      endpointSource: 'default',
      organization: { value: null, source: { kind: 'default', name: 'default' } },
      ca: null,
      needsConfirmation: null,
      warnings: [],
    });
    expect(credential?.source).toBe('environment variable NSCALE_SERVICE_TOKEN');
    expect(credential?.clientId).toBeNull();
    expect((await credential?.read())?.reveal()).toBe('nscale-token');
  });

  test('Run:ai with a client id and secret', async () => {
    const connection = await workspace.resolve({}, { ...runaiEnv, RUNAI_TOKEN: 'other' });
    expect(connection.provider).toBe('runai');
    expect(connection.endpoint).toBe('https://runai.test');
    expect(connection.endpointSource).toBe('environment variable RUNAI_BASE_URL');
    expect(connection.credential?.clientId).toBe('app');
    expect(connection.credential?.source).toBe('environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET');
    expect(await secretOf(connection)).toBe('runai-secret');
  });

  test('Run:ai with a token', async () => {
    const env = { RUNAI_BASE_URL: 'https://runai.test', RUNAI_TOKEN: 'token' };
    const connection = await workspace.resolve({}, env);
    expect(connection.credential?.clientId).toBeNull();
    expect(await secretOf(connection)).toBe('token');
  });

  test('the endpoint is the variable, or the flag before it', async () => {
    const env = { ...nscaleEnv, NSCALE_IDENTITY_SERVICE_API_ENDPOINT: ' https://eu.test ' };
    const byVariable = await workspace.resolve({}, env);
    expect([byVariable.endpoint, byVariable.endpointSource]).toEqual([
      'https://eu.test',
      'environment variable NSCALE_IDENTITY_SERVICE_API_ENDPOINT',
    ]);
    const byFlag = await workspace.resolve({ endpoint: ' https://flag.test ' }, env);
    expect([byFlag.endpoint, byFlag.endpointSource, byFlag.needsConfirmation]).toEqual([
      'https://flag.test',
      'flag --endpoint',
      null,
    ]);
  });

  test('--endpoint stands in for a required variable', async () => {
    const connection = await workspace.resolve({ endpoint: 'https://r.test' }, { RUNAI_TOKEN: 'token' });
    expect(connection.endpoint).toBe('https://r.test');
    const error = await failure(workspace.resolve({}, { RUNAI_TOKEN: 'token' }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      message: 'no endpoint for runai: RUNAI_BASE_URL is not set',
      hint: 'set RUNAI_BASE_URL, or add --endpoint <url>',
    });
  });
});

describe('from a profile', () => {
  const env = {
    ...nscaleEnv,
    NSCALE_IDENTITY_SERVICE_API_ENDPOINT: 'https://environment.test',
    NSCALE_ORGANIZATION_ID: 'of-environment',
    PROD_TOKEN: 'prod-token',
    SACTL_PROFILE: 'prod',
  };

  test('endpoint, credential, organization and CA are all its own', async () => {
    await workspace.writeProfiles();
    const { credential, ...connection } = await workspace.resolve({}, env);
    expect(connection).toEqual({
      provider: 'nscale',
      profile: 'prod',
      endpoint: 'https://prod.test',
      endpointSource: profileSource,
      organization: { value: 'of-profile', source: { kind: 'user', name: join(workspace.home, userFile) } },
      ca: { path: join(workspace.home, '.config/sactl/ca.pem'), source: profileSource },
      needsConfirmation: null,
      warnings: [],
    });
    expect(credential?.source).toBe(`environment variable PROD_TOKEN (${profileSource})`);
    expect((await credential?.read())?.reveal()).toBe('prod-token');
  });

  test("its missing secret is not replaced by the environment's", async () => {
    await workspace.writeProfiles();
    const connection = await workspace.resolve({ profile: 'prod' }, nscaleEnv);
    const error = await failure(secretOf(connection));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toBe('no credential: environment variable PROD_TOKEN is not set');
  });

  test('its missing endpoint is the default, never the variable', async () => {
    const credential = 'credential: {env: T}';
    await workspace.write(userFile, `profiles: {a: {provider: nscale, ${credential}}}`);
    const connection = await workspace.resolve({}, { ...env, SACTL_PROFILE: 'a' });
    expect([connection.endpoint, connection.endpointSource]).toEqual(['https://nscale.test', 'default']);
  });

  test('its missing endpoint is an error where there is no default', async () => {
    await workspace.writeProfiles();
    const error = await failure(workspace.resolve({ profile: 'lab' }, runaiEnv));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      'profile lab in ~/.config/sactl/config.yaml: "endpoint" is missing, and runai has no default',
    );
  });

  test('a credential file that others can read is a warning', async () => {
    await workspace.write('token', 'secret');
    const credential = 'credential: {file: ~/token}';
    await workspace.write(userFile, `profiles: {a: {provider: nscale, ${credential}}}`);
    const { warnings, credential: found } = await workspace.resolve({ profile: 'a' });
    expect(warnings).toHaveLength(process.platform === 'win32' ? 0 : 1);
    expect(found?.source).toBe('file ~/token (profile a in ~/.config/sactl/config.yaml)');
  });

  test.each([
    [{ profile: 'x' }, {}, 'flag --profile'],
    [{}, { SACTL_PROFILE: 'x' }, 'environment variable SACTL_PROFILE'],
  ])('one that does not exist is an error: %j %j', async (flags, variables, source) => {
    await workspace.writeProfiles();
    expect(await failure(workspace.resolve(flags, variables))).toMatchObject({
      exitCode: 2,
      message: `${source} is "x"; there are prod and lab`,
      hint: null,
    });
  });

  test('one cannot be named where there are none', async () => {
    expect(await failure(workspace.resolve({ profile: 'x' }))).toMatchObject({
      message: 'flag --profile is "x"; there are no profiles',
      hint: ['define one under "profiles" in the user file (', { words: ['config', 'path'] }, ')'],
    });
  });
});

describe('--endpoint beside a profile', () => {
  beforeEach(() => workspace.writeProfiles());

  test('has to be confirmed', async () => {
    const connection = await workspace.resolve({ profile: 'prod', endpoint: 'https://other.test' });
    expect([connection.endpoint, connection.endpointSource]).toEqual(['https://other.test', 'flag --endpoint']);
    expect(connection.needsConfirmation).toBe(
      'Send the credential of profile prod to https://other.test instead of https://prod.test?',
    );
  });

  test('has to be confirmed where the profile has no endpoint', async () => {
    const connection = await workspace.resolve({ profile: 'lab', endpoint: 'https://other.test' });
    expect(connection.needsConfirmation).toBe('Send the credential of profile lab to https://other.test?');
    expect(connection.credential?.clientId).toBe('lab-app');
  });

  test.each([
    { profile: 'prod', endpoint: 'https://other.test', allowEndpointOverride: true },
    { profile: 'prod', endpoint: ' https://prod.test ' },
  ])('needs no question with %j', async (flags) => {
    expect((await workspace.resolve(flags)).needsConfirmation).toBeNull();
  });
});

describe('--ca-cert', () => {
  const expected = { path: '/ca/own.pem', source: 'flag --ca-cert' };

  test('goes with any connection', async () => {
    await workspace.writeProfiles();
    const flags = { caCert: '/ca/own.pem' };
    expect((await workspace.resolve(flags, nscaleEnv)).ca).toEqual(expected);
    expect((await workspace.resolve({ ...flags, profile: 'prod' })).ca).toEqual(expected);
    expect((await workspace.resolve({ ...flags, sandbox: true })).ca).toEqual(expected);
  });

  test.each([
    ['own.pem', (): string => join(workspace.cwd, 'own.pem')],
    ['~/own.pem', (): string => join(workspace.home, 'own.pem')],
  ])('%s is made absolute', async (caCert, path) => {
    expect((await workspace.resolve({ caCert }, nscaleEnv)).ca?.path).toBe(path());
  });
});
