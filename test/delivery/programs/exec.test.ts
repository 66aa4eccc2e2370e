// @module-tag slow
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import { execScheme } from '../../../src/delivery/targets/programs/exec.ts';
import { TargetError } from '../../../src/delivery/targets/target.ts';
import { UsageError } from '../../../src/errors.ts';
import { deliver, payload, secret, specOf, subject, targetOf, useWorkshop } from './fakes.ts';

const shop = useWorkshop();
beforeEach(async () => {
  await shop.fake('store');
});

test('the program gets the credential on stdin, its data in SACTL_META_*, and no credential of a provider', async () => {
  const environment = shop.environment({
    env: { NSCALE_SERVICE_TOKEN: 'nsc-own', LANG: 'C', SACTL_META_CLIENT_ID: 'stale' },
  });
  const target = targetOf(execScheme, 'exec:store put {name}', { environment });
  expect(await target.preflight()).toEqual([]);
  expect(await shop.calls()).toEqual([]);
  await deliver(target);
  const [call] = await shop.calls();
  expect(call?.argv).toEqual(['put', 'ci-deploy']);
  expect(call?.input).toBe(secret);
  expect(call?.env).toMatchObject({
    PATH: shop.bin,
    LANG: 'C',
    SACTL_META_PROVIDER: 'nscale',
    SACTL_META_PROFILE: 'prod',
    SACTL_META_ORG: 'acme',
    SACTL_META_ID: 'sa-1',
    SACTL_META_NAME: 'ci-deploy',
    SACTL_META_KIND: 'access-token',
    SACTL_META_CLIENT_ID: '',
    SACTL_META_FINGERPRINT: 'sha256:0123456789ab',
    SACTL_META_EXPIRES_AT: '',
  });
  expect(call?.env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
  expect(JSON.stringify([call?.argv, call?.env])).not.toContain(secret);
});

test('exec+json gives it the whole credential object', async () => {
  const target = targetOf(execScheme, 'exec+json:store', { environment: shop.environment() });
  await deliver(target);
  const [call] = await shop.calls();
  expect(call?.input).toBe(payload.json.reveal());
});

test.each([
  { body: 'store a b', args: ['a', 'b'] },
  { body: 'store \'a b\' "c d"', args: ['a b', 'c d'] },
  { body: 'store a\\ b', args: ['a b'] },
  { body: 'store "" x', args: ['', 'x'] },
  { body: 'store --file="a b"', args: ['--file=a b'] },
  { body: 'store "say \\"hi\\"" \'it\'"\'"\'s\'', args: ['say "hi"', "it's"] },
  { body: 'store  a\t b ', args: ['a', 'b'] },
  { body: "store '$HOME' '`id`' ';' * '|'", args: ['$HOME', '`id`', ';', '*', '|'] },
  { body: 'store a#b # c', args: ['a#b', '#', 'c'] },
  { body: 'store "{name} of {org}" \'{id}\'', args: ['robot of ; rm -rf x of acme', 'sa-1'] },
])('the words of $body are $args', async ({ body, args }) => {
  const target = targetOf(execScheme, `exec:${body}`, {
    environment: shop.environment(),
    subject: { ...subject, name: 'robot of ; rm -rf x' },
  });
  await deliver(target);
  const [call] = await shop.calls();
  expect(call?.argv).toEqual(args);
});

test.each([
  { given: 'exec:', problem: 'the program is missing' },
  { given: 'exec:"" a', problem: 'the program is missing' },
  { given: 'exec:store "a', problem: 'a quote is not closed, or nothing follows its last backslash' },
  { given: "exec:store 'a", problem: 'a quote is not closed, or nothing follows its last backslash' },
  { given: 'exec:store a\\', problem: 'a quote is not closed, or nothing follows its last backslash' },
  { given: 'exec:{name} a', problem: 'the program must be written out: nothing in braces is expanded there' },
])('$given: $problem', ({ given, problem }) => {
  expect(execScheme.problems(specOf(given), shop.environment())).toEqual([problem]);
});

test('a placeholder that stands for nothing is a problem', () => {
  const spec = specOf('exec:store {foo} {name}');
  const problems = execScheme.problems(spec, shop.environment());
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('{foo}');
});

test('a name that would read as an option is refused', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: '-rf' } };
  expect(() => targetOf(execScheme, 'exec:store {name}', options)).toThrow(
    '"{name}" would be "-rf", which reads as an option',
  );
  expect(() => targetOf(execScheme, 'exec:store --user={name}', options)).not.toThrow();
});

test('it is named with its expanded words, is not durable, and is the same place with and without JSON', async () => {
  const environment = shop.environment();
  const plain = targetOf(execScheme, 'exec:store "a b" {name}', { environment });
  const json = targetOf(execScheme, "exec+json:store 'a b' ci-deploy", { environment });
  expect(plain.name).toBe("exec:store 'a b' ci-deploy");
  expect(json.name).toBe("exec+json:store 'a b' ci-deploy");
  expect(await plain.place()).toEqual(await json.place());
});

test('a program in the home directory may be named with ~/', async () => {
  await shop.fake('mine');
  const environment = shop.environment({ homeDirectory: join(shop.bin, '..') });
  await deliver(targetOf(execScheme, 'exec:~/bin/mine a', { environment }));
  const [call] = await shop.calls();
  expect(call?.argv).toEqual(['a']);
});

test.each(['exec:./evil', 'exec:evil'])(
  'a program that only the working directory has is not run: %s',
  async (given) => {
    const modules = join(shop.work, 'node_modules', '.bin');
    await mkdir(modules, { recursive: true });
    await shop.script(join(shop.work, 'evil'), ['#!/bin/sh', 'touch ran']);
    await shop.script(join(modules, 'evil'), ['#!/bin/sh', 'touch ran']);
    const environment = shop.environment({ env: { PATH: `.:${shop.work}:${modules}` } });
    const target = targetOf(execScheme, given, { environment });
    const error: unknown = await target.preflight().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(`--to "${given}": `);
    await expect(deliver(target)).rejects.toThrow(TargetError);
  },
);

test.each([
  [1, 'HTTP 401: Bad credentials (https://api.github.com/repos/acme/app)'],
  [1, 'failed to set secret "T": HTTP 403: Resource not accessible by integration'],
  [1, 'HTTP 404: Not Found'],
  [1, 'Error from server (Forbidden): secrets "ci" is forbidden'],
  [1, 'Error from server (NotFound): namespaces "prod" not found'],
  [1, 'error: You must be logged in to the server (Unauthorized)'],
  [2, 'Error making API request.\n\nCode: 403. Errors:\n\n* permission denied'],
  [22, 'curl: (22) The requested URL returned error: 403'],
  [127, 'store: line 3: aws: command not found'],
  [126, 'permission denied'],
])('what another try would meet, too, is not tried again: exit code %i, %s', async (code, stderr) => {
  await shop.fake('store', [{ when: '', code, stderr: `${stderr}\n` }]);
  const target = targetOf(execScheme, 'exec:store', { environment: shop.environment() });
  await expect(deliver(target)).rejects.toMatchObject({ name: 'TargetError', isRetryable: false });
});

test.each(['HTTP 500', 'HTTP 429: slow down', 'HTTP 4030', 'Code: 503. Errors:', 'stored 403 of 500 bytes'])(
  'what may pass is tried again: %s',
  async (stderr) => {
    await shop.fake('store', [{ when: '', code: 1, stderr }]);
    const target = targetOf(execScheme, 'exec:store', { environment: shop.environment() });
    await expect(deliver(target)).rejects.toMatchObject({ name: 'TargetError', isRetryable: true });
  },
);

test('a program that fails may be tried again, and its stderr is shown without the secret', async () => {
  await shop.fake('store', [{ when: '', code: 7, stderr: 'cannot store {input}\nnor {base64}\n' }]);
  const target = targetOf(execScheme, 'exec:store', { environment: shop.environment() });
  await expect(deliver(target)).rejects.toMatchObject({
    name: 'TargetError',
    isRetryable: true,
    message: 'store failed with exit code 7: cannot store [secret] nor [secret]',
  });
});

function problemsIn(given: string): readonly string[] {
  return execScheme.problems(specOf(given), shop.environment());
}

test.each([
  '>',
  '>>',
  '2>&1',
  '<',
  '|',
  '||',
  '&&',
  '&',
  ';',
  '$HOME',

  '$(id)',
  '`id`',
  '2>/dev/null',
  '>file',
])('what only a shell understands is refused, because there is none: %s', (word) => {
  const problem = `no shell runs it, and ${JSON.stringify(word)} would be an argument: write exec:sh -c '…', or quote the word`;
  expect(problemsIn(`exec:store a ${word} b`)).toEqual([problem]);
  expect(problemsIn(`exec:store a '${word}' b`)).toEqual([]);
  expect(problemsIn(`exec:sh -c "store ${word.replaceAll(/[$`]/g, String.raw`\$&`)} b"`)).toEqual([]);
});

test.each(['sh', 'bash', '/bin/dash', 'env bash', 'zsh -e'])('no name of an account becomes code: %s', (shell) => {
  expect(problemsIn(`exec:${shell} -c "store {name}"`)).toEqual([
    `what stands in braces would run as a part of the shell's script: give it as an argument, as in sh -c '… "$1"' sh {name}`,
  ]);
  expect(problemsIn(`exec:${shell} -c 'store "$1"' store {name}`)).toEqual([]);
});

test('a path below the home is that of the user', async () => {
  const environment = shop.environment({ homeDirectory: '/home/me' });
  await deliver(targetOf(execScheme, 'exec:store ~/a --to=~/b', { environment }));
  expect((await shop.calls())[0]?.argv).toEqual(['/home/me/a', '--to=~/b']);
});

test.each(['/dev/stdin', '@/dev/stdin', 'value=/dev/fd/0', '/proc/self/fd/0'])(
  'a program that opens its input by a path gets a pipe: %s',
  async (path) => {
    await deliver(targetOf(execScheme, `exec:store ${path}`, { environment: shop.environment() }));
    expect(await shop.calls()).toMatchObject([{ input: secret, isPipe: true }]);
  },
);

test.each([
  ['as it is', '{input}\n'],
  ['in base64', `${Buffer.from(secret).toString('base64')}\n`],
  ['sealed by gpg', '-----BEGIN PGP MESSAGE-----\nhQEM\n'],
  ['sealed by age', 'age-encryption.org/v1\n-> X25519 abc\n'],
  ['as bytes', 'x\u0000y'],
])('a filter has delivered nothing: its stdout is discarded, %s', async (_, stdout) => {
  await shop.fake('store', [{ when: '', stdout }]);
  await expect(deliver(targetOf(execScheme, 'exec:store', { environment: shop.environment() }))).rejects.toMatchObject({
    isRetryable: false,
    message:
      "store wrote the credential, or something made from it, to its stdout, which is discarded: use exec:sh -c '… > file'",
  });
});

test.each(['stored\n', '{"name":"ci","value":"{input}"}\n', 'version 7'])(
  'what a program says of its work is no matter: %s',
  async (stdout) => {
    await shop.fake('store', [{ when: '', stdout }]);
    await expect(
      deliver(targetOf(execScheme, 'exec:store', { environment: shop.environment() })),
    ).resolves.toBeUndefined();
  },
);

test('a secret is not put together again from what a terminal does not show', async () => {
  for (const between of ['\u001B[K\u001B[m', '\u200B', '\u200D', '\u202E']) {
    const said = Array.from(secret).join(between);
    await shop.fake('store', [{ when: '', code: 127, stderr: said }]);
    const failure = await deliver(targetOf(execScheme, 'exec:store', { environment: shop.environment() })).catch(
      (error: unknown) => String(error),
    );
    expect(failure).toContain('[secret]');
    expect(failure).not.toContain(secret.slice(4, 16));
  }
});
