// @module-tag slow
import { expect, test } from 'vitest';

import { azureKeyvaultScheme as scheme } from '../../../src/delivery/targets/programs/azure-keyvault.ts';
import {
  deliver,
  deliveryOf,
  preflightOf,
  runsIn,
  secret,
  specOf,
  subject,
  targetOf,
  useWorkshop,
  type Answer,
} from './fakes.ts';

const shop = useWorkshop();

const given = 'azure-keyvault:acme-prod/ci-deploy';
const place = ['--vault-name', 'acme-prod', '--name', 'ci-deploy'];

function show(query: string) {
  return { argv: ['keyvault', 'secret', 'show', ...place, '--output', 'json', '--query', query], input: '' };
}

const look = show('{type:contentType,tags:tags}');

function set(...kept: readonly string[]) {
  const file = ['--file', '/dev/stdin', '--encoding', 'utf-8', '--output', 'none'];
  return { argv: ['keyvault', 'secret', 'set', ...place, ...file, ...kept], input: secret };
}

/** What az 2.91 says of a secret that is not there. */
const missing: Answer = {
  when: 'keyvault secret show',
  code: 3,
  stderr:
    'ERROR: (SecretNotFound) A secret with (name/id) ci-deploy was not found in this key vault.\nCode: SecretNotFound\n',
};

test('it is tried by reading what is kept, and set from a pipe with the secret in it only', async () => {
  await shop.fake('az', [{ when: 'keyvault secret show', stdout: '{"type":null,"tags":null}' }]);
  const environment = shop.environment({
    env: { AZURE_CONFIG_DIR: '/home/me/.azure', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(scheme, 'azure-keyvault:acme-prod/{name}', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  expect(await runsIn(shop)).toEqual([look, look, set()]);
  const calls = await shop.calls();
  expect(calls.map(({ isPipe }) => isPipe)).toEqual([false, false, true]);
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({
      AZURE_CONFIG_DIR: '/home/me/.azure',
      AZURE_CORE_NO_COLOR: 'true',
      AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
    });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test.each([
  { shown: { type: 'text/plain; x', tags: null }, kept: ['--content-type=text/plain; x'] },
  {
    shown: { type: '', tags: { owner: 'ops team', url: 'a=b&c', 'file-encoding': 'utf-8' } },
    kept: ['--tags', 'owner=ops team', 'url=a=b&c', 'file-encoding=utf-8'],
  },
  { shown: { type: '-x', tags: {} }, kept: ['--content-type=-x'] },
])('the new version keeps $kept', async ({ shown, kept }) => {
  await shop.fake('az', [{ when: 'keyvault secret show', stdout: JSON.stringify(shown) }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([look, set(...kept)]);
});

test('a secret that is not there yet is made', async () => {
  await shop.fake('az', [missing]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ warnings: [] });
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([look, look, set()]);
});

test.each([
  { stderr: 'ERROR: (Forbidden) The user does not have secrets get permission on key vault', isRetryable: false },
  { stderr: 'ERROR: Failed to establish a new connection', isRetryable: true },
])('nothing is set where it is not known what is kept: $stderr', async ({ stderr, isRetryable }) => {
  await shop.fake('az', [{ ...missing, code: 1, stderr }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `az failed with exit code 1: ${stderr}`,
    isRetryable,
  });
  expect(await runsIn(shop)).toEqual([look]);
});

test('its place is the secret of the vault', async () => {
  const target = targetOf(scheme, 'azure-keyvault:acme-prod/{name}-{profile}', { environment: shop.environment() });
  expect(target.name).toBe('azure-keyvault:acme-prod/ci-deploy-prod');
  expect(await target.place()).toEqual({ place: 'azure-keyvault:acme-prod/ci-deploy-prod', slot: null });
});

test.each(['azure-keyvault:acme/x', 'azure-keyvault:a-1-b/{name}', 'azure-keyvault:Acme/0a-'])(
  '%s is well formed',
  (to) => {
    expect(scheme.problems(specOf(to), shop.environment())).toEqual([]);
  },
);

const ofVault = 'use 3 to 24 letters, digits and -, a letter first';
const ofSecret = 'use up to 127 letters, digits and -, after <vault>/';

test.each([
  ['azure-keyvault:acme', ['the secret is missing']],
  ['azure-keyvault:/x', ['the vault is missing']],
  ['azure-keyvault:ab/x', [`the vault cannot be "ab": ${ofVault}`]],
  ['azure-keyvault:acme--x/y', [`the vault cannot be "acme--x": ${ofVault}`]],
  ['azure-keyvault:acme-/y', [`the vault cannot be "acme-": ${ofVault}`]],
  ['azure-keyvault:{org}/x', ['the vault must be written out: nothing in braces is expanded there']],
  ['azure-keyvault:acme/-x', [`the secret cannot be "-x": ${ofSecret}`]],
  ['azure-keyvault:acme/a_b', [`the secret cannot be "a_b": ${ofSecret}`]],
  ['azure-keyvault:acme/x/1', [`the secret cannot be "x/1": ${ofSecret}`]],
  ['azure-keyvault:1/a.b', [`the vault cannot be "1": ${ofVault}`, `the secret cannot be "a.b": ${ofSecret}`]],
])('%s: %j', (to, problems) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual(problems);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: 'ci_deploy' } };
  expect(() => targetOf(scheme, 'azure-keyvault:acme/{name}', options)).toThrow(
    `the secret cannot be "ci_deploy": ${ofSecret}`,
  );
});

test.each([
  "ERROR: Please run 'az login' to setup account.",
  'ERROR: (Forbidden) Caller is not authorized to perform action on resource.',
  "ERROR: Failed to resolve 'acme-prod.vault.azure.net'",
])('an az that refuses is a matter of usage: %s', async (stderr) => {
  await shop.fake('az', [{ ...missing, code: 1, stderr }]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `--to "${given}": az failed with exit code 1: ${stderr}`,
    hint: 'az login; the vault must exist, and the account of az have the role "Key Vault Secrets Officer" there',
  });
  expect(await runsIn(shop)).toEqual([look]);
});

test.each([
  { said: '(InternalServerError) try later: {input}', isRetryable: true },
  { said: '(Forbidden) Caller is not authorized to perform action on resource.', isRetryable: false },
  { said: '(Unauthorized) AKV10032: Invalid issuer.', isRetryable: false },
  { said: "Please run 'az login' to setup account.", isRetryable: false },
  { said: 'AADSTS700082: The refresh token has expired due to inactivity.', isRetryable: false },
  { said: 'unrecognized arguments: --content-type=x', isRetryable: false },
  { said: '(Conflict) Secret ci-deploy is currently in a deleted but recoverable state', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $said', async (no) => {
  await shop.fake('az', [missing, { when: 'keyvault secret set', code: 1, stderr: `ERROR: ${no.said}` }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `az failed with exit code 1: ERROR: ${no.said.replace('{input}', '[secret]')}`,
    isRetryable: no.isRetryable,
  });
});

test.each([
  {
    answer: {
      stdout: '{"id":"https://acme-prod.vault.azure.net/secrets/ci-deploy/0a1b","updated":"2026-11-01T02:03:04+00:00"}',
    },
    stored: { isThere: true, version: '0a1b', updatedAt: '2026-11-01T02:03:04+00:00' },
  },
  { answer: missing, stored: { isThere: false, version: null, updatedAt: null } },
  { answer: { code: 1, stderr: 'ERROR: (Forbidden) no' }, stored: null },
  { answer: { stdout: 'no JSON' }, stored: null },
])('what is stored is $stored', async ({ answer, stored }) => {
  await shop.fake('az', [{ when: '', ...answer }]);
  expect(await targetOf(scheme, given, { environment: shop.environment() }).stored?.()).toEqual(stored);
  expect(await runsIn(shop)).toEqual([show('{id:id,updated:attributes.updated}')]);
});
