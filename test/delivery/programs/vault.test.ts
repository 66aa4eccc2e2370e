import { afterEach, beforeEach, expect, test } from 'vitest';

import { vaultScheme } from '../../../src/delivery/targets/programs/vault.ts';
import { deliver, secret, specOf, subject, targetOf, workshop, type Workshop } from './fakes.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await workshop();
});
afterEach(() => shop.remove());

/** What vault 1.9 and later says where there is no value, and what it says where it has to read first. */
const absent = {
  patch:
    'Error writing data to secret/data/ci: Error making API request.\n\nURL: PATCH http://127.0.0.1:8200/v1/secret/data/ci\nCode: 404. Errors:\n\n',
  read: 'Data was written to secret/data/ci but we recommend that you add the "patch" capability\nNo value found at secret/data/ci\n',
};

const denied =
  'Error writing data to secret/data/ci: Error making API request.\n\nURL: PATCH http://127.0.0.1:8200/v1/secret/data/ci\nCode: 403. Errors:\n\n* permission denied\n';

test('it is tried by looking its token up, and patched with the secret on stdin only', async () => {
  await shop.fake('vault');
  const environment = shop.environment({
    env: { VAULT_ADDR: 'https://vault.example.com', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(vaultScheme, 'vault:secret/{org}/{name}#token', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  const calls = await shop.calls();
  expect(calls.map(({ argv, input }) => ({ argv, input }))).toEqual([
    { argv: ['token', 'lookup'], input: '' },
    { argv: ['kv', 'patch', 'secret/acme/ci-deploy', 'token=-'], input: secret },
  ]);
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({ VAULT_ADDR: 'https://vault.example.com' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test.each([
  { what: 'a patch is answered by 404', stderr: absent.patch },
  { what: 'reading first finds none', stderr: absent.read },
])('where there is no value yet ($what), it is put, unless there is one by then', async (no) => {
  await shop.fake('vault', [{ when: 'kv patch', code: 2, stderr: no.stderr }]);
  const environment = shop.environment();
  await deliver(targetOf(vaultScheme, 'vault:secret/ci#token', { environment }));
  const calls = await shop.calls();
  expect(calls.map(({ argv, input }) => ({ argv, input }))).toEqual([
    { argv: ['kv', 'patch', 'secret/ci', 'token=-'], input: secret },
    { argv: ['kv', 'put', '-cas=0', 'secret/ci', 'token=-'], input: secret },
  ]);
});

test.each([
  { what: 'it is not allowed', isRetryable: false, stderr: denied },
  {
    what: 'the store keeps no versions',
    isRetryable: true,
    stderr: 'K/V engine mount must be version 2 for patch support\n',
  },
  {
    what: 'there is no such mount',
    isRetryable: false,
    stderr: 'Error making API request.\n\nCode: 404. Errors:\n\n* no handler for route "secret/data/ci"\n',
  },
])('when a patch fails because $what, nothing is put over it', async ({ isRetryable, stderr }) => {
  await shop.fake('vault', [{ when: 'kv patch', code: 2, stderr }]);
  const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
  await expect(deliver(target)).rejects.toMatchObject({ name: 'TargetError', isRetryable });
  expect(await shop.calls()).toHaveLength(1);
});

test('what the last call said is the error, without the secret', async () => {
  await shop.fake('vault', [
    { when: 'kv patch', code: 2, stderr: absent.patch },
    { when: 'kv put', code: 2, stderr: 'check-and-set failed for {input}' },
  ]);
  const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
  await expect(deliver(target)).rejects.toThrow('vault failed with exit code 2: check-and-set failed for [secret]');
});

test('it is durable, and its place is the path', async () => {
  const target = targetOf(vaultScheme, 'vault:kv/team/{name}#{profile}', { environment: shop.environment() });
  expect(target.name).toBe('vault:kv/team/ci-deploy#prod');
  expect(await target.place()).toEqual({ place: 'vault:kv/team/ci-deploy', slot: 'prod' });
});

test.each([
  { given: 'vault:secret#t', start: 'a path must follow the mount' },
  { given: 'vault:{org}/ci#t', start: 'the mount must be written out: ' },
  { given: 'vault:/secret/ci#t', start: 'the mount is missing' },
  { given: 'vault:-address=x/ci#t', start: 'the mount cannot be "-address=x": ' },
  { given: 'vault:secret/#t', start: 'a part of the path is missing' },
  { given: 'vault:secret/../ci#t', start: 'a part of the path cannot be "..": ' },
  { given: 'vault:secret/a b#t', start: 'a part of the path cannot be "a b": ' },
  { given: 'vault:secret/ci', start: 'the field is missing' },
  { given: 'vault:secret/ci#-method', start: 'the field cannot be "-method": ' },
  { given: 'vault:secret/ci#a=b', start: 'the field cannot be "a=b": ' },
])('$given: $start', ({ given, start }) => {
  const problems = vaultScheme.problems(specOf(given), shop.environment());
  expect(problems).toHaveLength(1);
  expect(problems[0]?.startsWith(start)).toBe(true);
});

test('a name that would not fit is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: 'ci deploy' } };
  expect(() => targetOf(vaultScheme, 'vault:secret/{name}#t', options)).toThrow(
    'a part of the path cannot be "ci deploy": ',
  );
});

test('a vault that nobody is signed in to is a matter of usage', async () => {
  await shop.fake('vault', [{ when: 'token lookup', code: 2, stderr: denied }]);
  const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
  await expect(target.preflight()).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /^--to "vault:secret\/ci#token": vault failed with exit code 2: .*permission denied$/,
    ),
    hint: 'vault login',
  });
});
