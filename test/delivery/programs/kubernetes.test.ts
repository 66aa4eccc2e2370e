// @module-tag slow
import { expect, test } from 'vitest';

import { kubernetesScheme } from '../../../src/delivery/targets/programs/kubernetes.ts';
import { deliver, secret, specOf, subject, targetOf, useWorkshop } from './fakes.ts';

const shop = useWorkshop();

function manifest(name: string, key: string, value: string): unknown {
  const data = { [key]: Buffer.from(value).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
}

test('it is tried as a dry run on the server with a placeholder, and applied with the secret on stdin only', async () => {
  await shop.fake('kubectl');
  const environment = shop.environment({ env: { KUBECONFIG: '/srv/kubeconfig', NSCALE_SERVICE_TOKEN: 'nsc-own' } });
  const target = targetOf(kubernetesScheme, 'kubernetes:ci/{name}#token', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  const calls = await shop.calls();
  const options = ['--server-side', '--force-conflicts', '--field-manager=sactl.token'];
  expect(calls.map(({ argv }) => argv)).toEqual([
    ['apply', ...options, '--dry-run=server', '-n', 'ci', '-f', '-'],
    ['apply', ...options, '-n', 'ci', '-f', '-'],
  ]);
  expect(calls.map(({ input }): unknown => JSON.parse(input))).toEqual([
    manifest('ci-deploy', 'token', 'placeholder'),
    manifest('ci-deploy', 'token', secret),
  ]);
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({ KUBECONFIG: '/srv/kubeconfig' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    const seen = JSON.stringify([argv, env]);
    expect(seen).not.toContain(secret);
    expect(seen).not.toContain(Buffer.from(secret).toString('base64'));
  }
});

test('every key has a field manager of its own, of 128 characters at most', async () => {
  await shop.fake('kubectl');
  const environment = shop.environment();
  const keys = ['a', 'b', 'k'.repeat(122), 'k'.repeat(123), 'k'.repeat(253)];
  for (const key of keys) {
    await deliver(targetOf(kubernetesScheme, `kubernetes:ci/app#${key}`, { environment }));
  }
  const managers = (await shop.calls()).map(({ argv }) => argv[3] ?? '');
  expect(new Set(managers).size).toBe(keys.length);
  expect(managers[2]).toBe(`--field-manager=sactl.${'k'.repeat(122)}`);
  for (const manager of managers) {
    expect(manager).toMatch(/^--field-manager=sactl\..{1,122}$/);
  }
});

test('it is durable, and its place is the Secret', async () => {
  const target = targetOf(kubernetesScheme, 'kubernetes:ci/{name}#{org}.token', { environment: shop.environment() });
  expect(target.name).toBe('kubernetes:ci/ci-deploy#acme.token');
  expect(await target.place()).toEqual({ place: 'kubernetes:ci/ci-deploy', slot: 'acme.token' });
});

test.each([
  'kubernetes:ci/app#token',
  'kubernetes:ci-1/app.example.com#.dockerconfigjson',
  'kubernetes:ci/{name}-{org}#{profile}_token',
])('%s is well formed', (given) => {
  const spec = specOf(given);
  expect(kubernetesScheme.problems(spec, shop.environment())).toEqual([]);
});

test.each([
  { given: 'kubernetes:CI/app#t', start: 'the namespace cannot be "CI": ' },
  { given: `kubernetes:${'n'.repeat(64)}/app#t`, start: 'the namespace cannot be ' },
  { given: 'kubernetes:-n/app#t', start: 'the namespace cannot be "-n": ' },
  { given: 'kubernetes:{org}/app#t', start: 'the namespace must be written out: ' },
  { given: 'kubernetes:/app#t', start: 'the namespace is missing' },
  { given: 'kubernetes:ci#t', start: "the Secret's name is missing" },
  { given: 'kubernetes:ci/a/b#t', start: `the Secret's name cannot be "a/b": ` },
  { given: 'kubernetes:ci/App#t', start: `the Secret's name cannot be "App": ` },
  { given: 'kubernetes:ci/app', start: 'the key is missing' },
  { given: 'kubernetes:ci/app#a b', start: 'the key cannot be "a b": ' },
  { given: 'kubernetes:ci/app#..a', start: 'the key cannot be "..a": ' },
  { given: 'kubernetes:ci/app#.', start: 'the key cannot be ".": ' },
])('$given: $start', ({ given, start }) => {
  const problems = kubernetesScheme.problems(specOf(given), shop.environment());
  expect(problems).toHaveLength(1);
  expect(problems[0]?.startsWith(start)).toBe(true);
});

test('a name that Kubernetes does not take is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: 'CI_Deploy' } };
  expect(() => targetOf(kubernetesScheme, 'kubernetes:ci/{name}#t', options)).toThrow(
    `the Secret's name cannot be "CI_Deploy": `,
  );
});

test('a cluster that refuses is a matter of usage, and names what it said', async () => {
  await shop.fake('kubectl', [
    { when: 'apply', code: 1, stderr: 'Error from server (Forbidden): secrets "app" is forbidden' },
  ]);
  const target = targetOf(kubernetesScheme, 'kubernetes:ci/app#token', { environment: shop.environment() });
  await expect(target.preflight()).rejects.toMatchObject({
    name: 'UsageError',
    message:
      '--to "kubernetes:ci/app#token": kubectl failed with exit code 1: Error from server (Forbidden): secrets "app" is forbidden',
    hint: 'kubectl config current-context',
  });
});

test('when it fails at delivery the secret is in the message in no form', async () => {
  await shop.fake('kubectl', [{ when: 'apply', code: 1, stderr: 'invalid: {input}' }]);
  const target = targetOf(kubernetesScheme, 'kubernetes:ci/app#token', { environment: shop.environment() });
  await expect(deliver(target)).rejects.toMatchObject({
    name: 'TargetError',
    isRetryable: true,
    message:
      'kubectl failed with exit code 1: invalid: {"apiVersion":"v1","kind":"Secret","metadata":{"name":"app"},"data":{"token":"[secret]"}}',
  });
});
