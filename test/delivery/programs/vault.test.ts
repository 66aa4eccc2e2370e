// @module-tag slow
import { expect, test } from 'vitest';

import { vaultScheme } from '../../../src/delivery/targets/programs/vault.ts';
import { deliver, secret, specOf, subject, targetOf, useWorkshop, type Answer } from './fakes.ts';

const shop = useWorkshop();

/** What vault 1.9 and later says where there is no value, and what it says where it has to read first. */
const absent = {
  patch:
    'Error writing data to secret/data/ci: Error making API request.\n\nURL: PATCH http://127.0.0.1:8200/v1/secret/data/ci\nCode: 404. Errors:\n\n',
  read: 'Data was written to secret/data/ci but we recommend that you add the "patch" capability\nNo value found at secret/data/ci\n',
};

const denied =
  'Error writing data to secret/data/ci: Error making API request.\n\nURL: PATCH http://127.0.0.1:8200/v1/secret/data/ci\nCode: 403. Errors:\n\n* permission denied\n';

/** What vault says of a mount, and of what its token may do there. */
const mount: Answer = {
  when: 'read',
  stdout: JSON.stringify({ data: { path: 'secret/', type: 'kv', options: { version: '2' } } }),
};

const may: Answer = { when: 'token capabilities', stdout: '["create","patch","read","update"]' };

test('it is tried by what its token may do, and patched with the secret on stdin only', async () => {
  await shop.fake('vault', [mount, may]);
  const environment = shop.environment({
    env: { VAULT_ADDR: 'https://vault.example.com', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(vaultScheme, 'vault:secret/{org}/{name}#token', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  const calls = await shop.calls();
  expect(calls.map(({ argv, input }) => ({ argv, input }))).toEqual([
    { argv: ['token', 'lookup'], input: '' },
    { argv: ['read', '-format=json', 'sys/internal/ui/mounts/secret/acme/ci-deploy'], input: '' },
    { argv: ['token', 'capabilities', '-format=json', 'secret/data/acme/ci-deploy'], input: '' },
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
  { given: 'vault:secret/#t', start: 'a path must follow the mount' },
  { given: 'vault:secret//ci#t', start: 'a part of the path is missing' },
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

test.each([
  {
    what: 'may read, and not write',
    answers: [mount, { ...may, stdout: '["list","read"]' }],
    problem: 'vault says that its token may not write secret/data/ci: list, read',
    hint: 'a policy must give it create, update and patch there',
  },
  {
    what: 'is of version 1',
    answers: [{ ...mount, stdout: JSON.stringify({ data: { path: 'secret/', options: null } }) }],
    problem: 'vault has no version 2 of KV at secret/',
    hint: 'vault kv enable-versioning would make it one',
  },
])('a place that $what is a matter of usage', async ({ answers, problem, hint }) => {
  await shop.fake('vault', answers);
  const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
  await expect(target.preflight()).rejects.toMatchObject({
    name: 'UsageError',
    message: `--to "vault:secret/ci#token": ${problem}`,
    hint,
  });
});

test('where the token may not ask, it is said that the right to write is not known', async () => {
  const warning = 'vault:secret/ci: whether the token of vault may write there is not known until then';
  for (const answers of [[{ ...mount, code: 2 }], [mount, { ...may, code: 2 }]]) {
    await shop.fake('vault', answers);
    const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
    expect(await target.preflight()).toEqual([warning]);
  }
});

test.each([
  {
    answer: { stdout: '{"data":{"current_version":7,"updated_time":"2026-11-01T02:03:04Z"}}' },
    stored: { isThere: true, version: '7', updatedAt: '2026-11-01T02:03:04Z' },
  },
  { answer: { stdout: '{"data":{"current_version":0}}' }, stored: { isThere: false, version: null, updatedAt: null } },
  { answer: { code: 2, stderr: absent.read }, stored: { isThere: false, version: null, updatedAt: null } },
  { answer: { code: 2, stderr: denied }, stored: null },
  { answer: { stdout: 'no JSON' }, stored: null },
])('what is stored is $stored', async ({ answer, stored }) => {
  await shop.fake('vault', [{ when: 'kv metadata get', ...answer }]);
  const target = targetOf(vaultScheme, 'vault:secret/ci#token', { environment: shop.environment() });
  expect(await target.stored?.()).toEqual(stored);
});
