// @module-tag slow
import { expect, test } from 'vitest';

import { gcpSecretScheme as scheme } from '../../../src/delivery/targets/programs/gcp-secret.ts';
import { deliver, deliveryOf, preflightOf, runsIn, secret, specOf, subject, targetOf, useWorkshop } from './fakes.ts';

const shop = useWorkshop();

const given = 'gcp-secret:acme-prod/ci-deploy';
const describeRun = { argv: ['secrets', 'describe', 'ci-deploy', '--project=acme-prod', '--format=none'], input: '' };
const addRun = {
  argv: ['secrets', 'versions', 'add', 'ci-deploy', '--project=acme-prod', '--data-file=-', '--format=none'],
  input: secret,
};

test('it is tried by describing the secret, and gets a version with the secret on stdin only', async () => {
  await shop.fake('gcloud');
  const environment = shop.environment({
    env: { CLOUDSDK_CORE_ACCOUNT: 'me@example.com', CLOUDSDK_CORE_LOG_HTTP: 'true', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(scheme, 'gcp-secret:acme-prod/{name}', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  expect(await runsIn(shop)).toEqual([describeRun, addRun]);
  for (const { argv, env } of await shop.calls()) {
    expect(env).toMatchObject({
      CLOUDSDK_CORE_ACCOUNT: 'me@example.com',
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_LOG_HTTP: 'false',
    });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test('its place is the secret of the project', async () => {
  const target = targetOf(scheme, 'gcp-secret:acme-prod/{name}-{profile}', { environment: shop.environment() });
  expect(target.name).toBe('gcp-secret:acme-prod/ci-deploy-prod');
  expect(await target.place()).toEqual({ place: 'gcp-secret:acme-prod/ci-deploy-prod', slot: null });
});

test.each(['gcp-secret:acme-prod/A_b-1', 'gcp-secret:4711/x', 'gcp-secret:example.com:acme/{NAME}'])(
  '%s is well formed',
  (to) => {
    expect(scheme.problems(specOf(to), shop.environment())).toEqual([]);
  },
);

const ofProject = 'use its id, e.g. acme-prod, or its number';
const ofSecret = 'use up to 255 letters, digits, - and _, after <project>/';

test.each([
  ['gcp-secret:acme', ['the secret is missing']],
  ['gcp-secret:/x', ['the project is missing']],
  ['gcp-secret:Acme/x', [`the project cannot be "Acme": ${ofProject}`]],
  ['gcp-secret:-acme/x', [`the project cannot be "-acme": ${ofProject}`]],
  ['gcp-secret:acme-/x', [`the project cannot be "acme-": ${ofProject}`]],
  ['gcp-secret:{org}/x', ['the project must be written out: nothing in braces is expanded there']],
  ['gcp-secret:acme/-x', [`the secret cannot be "-x": ${ofSecret}`]],
  ['gcp-secret:acme/x/versions/1', [`the secret cannot be "x/versions/1": ${ofSecret}`]],
  ['gcp-secret:A/b.c', [`the project cannot be "A": ${ofProject}`, `the secret cannot be "b.c": ${ofSecret}`]],
])('%s: %j', (to, problems) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual(problems);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: 'ci deploy' } };
  expect(() => targetOf(scheme, 'gcp-secret:acme/{name}', options)).toThrow(
    `the secret cannot be "ci deploy": ${ofSecret}`,
  );
});

const failed = 'gcloud failed with exit code 1: ERROR: (gcloud.secrets.describe)';

test.each([
  'NOT_FOUND: Secret [projects/4711/secrets/ci-deploy] not found.',
  'You do not currently have an active account selected.',
  'PERMISSION_DENIED: Secret Manager API has not been used in project 4711 before or it is disabled.',
])('a gcloud that refuses is a matter of usage: %s', async (said) => {
  await shop.fake('gcloud', [{ when: 'secrets', code: 1, stderr: `ERROR: (gcloud.secrets.describe) ${said}\n` }]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `--to "${given}": ${failed} ${said}`,
    hint: 'gcloud auth login, and once: gcloud secrets create ci-deploy --project=acme-prod',
  });
});

test('who may add versions may not read the secret, and is warned', async () => {
  const stderr =
    "ERROR: (gcloud.secrets.describe) PERMISSION_DENIED: Permission 'secretmanager.secrets.get' denied for resource (or it may not exist).";
  await shop.fake('gcloud', [{ when: 'secrets describe', code: 1, stderr }]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    warnings: [`${given}: whether it may be written is not known until then: it may not be read`],
  });
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([describeRun, addRun]);
});

test.each([
  { said: 'UNAVAILABLE: The service is currently unavailable: {input}', isRetryable: true },
  { said: "PERMISSION_DENIED: Permission 'secretmanager.versions.add' denied for resource", isRetryable: false },
  { said: 'NOT_FOUND: Secret [projects/4711/secrets/ci-deploy] not found.', isRetryable: false },
  { said: 'INVALID_ARGUMENT: The payload is too large.', isRetryable: false },
  { said: 'Please run: $ gcloud auth login to obtain new credentials.', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $said', async (no) => {
  const stderr = `ERROR: (gcloud.secrets.versions.add) ${no.said}`;
  await shop.fake('gcloud', [{ when: 'secrets versions add', code: 1, stderr }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `gcloud failed with exit code 1: ${stderr.replace('{input}', '[secret]')}`,
    isRetryable: no.isRetryable,
  });
});

const nothing = { isThere: false, version: null, updatedAt: null };

test.each([
  {
    answer: {
      stdout:
        '{"name":"projects/4711/secrets/ci-deploy/versions/7","state":"ENABLED","createTime":"2026-11-01T02:03:04Z"}',
    },
    stored: { isThere: true, version: '7', updatedAt: '2026-11-01T02:03:04Z' },
  },
  { answer: { stdout: '{"name":"projects/4711/secrets/x/versions/7","state":"DESTROYED"}' }, stored: nothing },
  { answer: { code: 1, stderr: 'NOT_FOUND: Secret [x] not found or has no versions.' }, stored: nothing },
  { answer: { code: 1, stderr: 'PERMISSION_DENIED: denied' }, stored: null },
  { answer: { stdout: 'no JSON' }, stored: null },
])('what is stored is $stored', async ({ answer, stored }) => {
  await shop.fake('gcloud', [{ when: 'secrets', ...answer }]);
  expect(await targetOf(scheme, given, { environment: shop.environment() }).stored?.()).toEqual(stored);
  const argv = ['secrets', 'versions', 'describe', 'latest', '--secret=ci-deploy', '--project=acme-prod'];
  expect(await runsIn(shop)).toEqual([{ argv: [...argv, '--format=json'], input: '' }]);
});
