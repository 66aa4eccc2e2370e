import { afterEach, beforeEach, expect, test } from 'vitest';

import { ghSecretScheme } from '../../../src/delivery/targets/programs/gh-secret.ts';
import { UsageError } from '../../../src/errors.ts';
import { deliver, secret, specOf, subject, targetOf, workshop, type Workshop } from './fakes.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await workshop();
});
afterEach(() => shop.remove());

test('it is tried by reading the public key, and set with the secret on stdin only', async () => {
  await shop.fake('gh');
  const environment = shop.environment({ env: { GH_TOKEN: 'gh-own', NSCALE_SERVICE_TOKEN: 'nsc-own' } });
  const target = targetOf(ghSecretScheme, 'gh-secret:acme/app#CI_TOKEN', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  const calls = await shop.calls();
  expect(calls.map(({ argv, input }) => ({ argv, input }))).toEqual([
    { argv: ['auth', 'status', '--hostname', 'github.com'], input: '' },
    { argv: ['api', 'repos/acme/app/actions/secrets/public-key', '--silent'], input: '' },
    { argv: ['secret', 'set', 'CI_TOKEN', '--repo', 'acme/app'], input: secret },
  ]);
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({ GH_TOKEN: 'gh-own', GH_HOST: 'github.com', GH_PROMPT_DISABLED: '1', NO_COLOR: '1' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test('an environment of the repository has a key and secrets of its own', async () => {
  await shop.fake('gh');
  const target = targetOf(ghSecretScheme, 'gh-secret:acme/app@prod/eu 1#CI_TOKEN', {
    environment: shop.environment({ env: { GH_HOST: 'github.example.com' } }),
  });
  await target.preflight();
  await deliver(target);
  expect((await shop.calls()).map(({ argv }) => argv)).toEqual([
    ['auth', 'status', '--hostname', 'github.example.com'],
    ['api', 'repos/acme/app/environments/prod%2Feu%201/secrets/public-key', '--silent'],
    ['secret', 'set', 'CI_TOKEN', '--repo', 'acme/app', '--env', 'prod/eu 1'],
  ]);
});

test('it is durable, and its place is the repository and environment', async () => {
  const target = targetOf(ghSecretScheme, 'gh-secret:acme/app@prod#TOKEN_{profile}', {
    environment: shop.environment(),
  });
  expect(target.name).toBe('gh-secret:acme/app@prod#TOKEN_prod');
  expect(await target.place()).toEqual({ place: 'gh-secret:acme/app@prod', slot: 'TOKEN_PROD' });
});

test.each(['gh-secret:acme/app#T', 'gh-secret:acme-inc/app.js@production#_T1', 'gh-secret:acme_corp/.github#T_{name}'])(
  '%s is well formed',
  (given) => {
    const spec = specOf(given);
    expect(ghSecretScheme.problems(spec, shop.environment())).toEqual([]);
  },
);

const nameProblem = 'letters, digits and _ are right, without a digit or GITHUB_ at the start';

test.each([
  { given: 'gh-secret:acme#T', problem: 'the repository cannot be "acme": owner/repo is right' },
  { given: 'gh-secret:#T', problem: 'the repository is missing' },
  { given: 'gh-secret:-x/app#T', problem: 'the repository cannot be "-x/app": owner/repo is right' },
  { given: 'gh-secret:acme/..#T', problem: 'the repository cannot be "acme/..": owner/repo is right' },
  {
    given: 'gh-secret:acme/{name}#T',
    problem: 'the repository must be written out: nothing in braces is expanded there',
  },
  {
    given: 'gh-secret:acme/app@{profile}#T',
    problem: 'the environment must be written out: nothing in braces is expanded there',
  },
  { given: 'gh-secret:acme/app@#T', problem: 'the environment is missing' },
  { given: 'gh-secret:acme/app', problem: 'the name of the secret is missing' },
  { given: 'gh-secret:acme/app#1T', problem: `the name of the secret cannot be "1T": ${nameProblem}` },
  { given: 'gh-secret:acme/app#A-B', problem: `the name of the secret cannot be "A-B": ${nameProblem}` },
  {
    given: 'gh-secret:acme/app#github_token',
    problem: `the name of the secret cannot be "github_token": ${nameProblem}`,
  },
])('$given: $problem', ({ given, problem }) => {
  const spec = specOf(given);
  expect(ghSecretScheme.problems(spec, shop.environment())).toEqual([problem]);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject };
  expect(() => targetOf(ghSecretScheme, 'gh-secret:acme/app#{name}', options)).toThrow(
    `the name of the secret cannot be "ci-deploy": ${nameProblem}`,
  );
});

test.each([
  {
    answers: [{ when: 'auth status', code: 1, stderr: 'not logged in to any hosts' }],
    message: 'gh failed with exit code 1: not logged in to any hosts',
    hint: 'gh auth login',
  },
  {
    answers: [{ when: 'api', code: 1, stderr: 'gh: Not Found (HTTP 404)' }],
    message: 'gh failed with exit code 1: gh: Not Found (HTTP 404)',
    hint: 'the repository must exist, and the account that gh is signed in with (gh auth login) must be allowed to set its secrets',
  },
])('a gh that refuses is a matter of usage: $message', async ({ answers, message, hint }) => {
  await shop.fake('gh', answers);
  const given = 'gh-secret:acme/app#T';
  const error = await refusalOf(given);
  expect(error.message).toBe(`--to "${given}": ${message}`);
  expect(error.hint).toBe(hint);
});

test('a gh that hangs is a matter of usage', async () => {
  await shop.script(`${shop.bin}/gh`, ['#!/bin/sh', 'exec /bin/sleep 600']);
  const error = await refusalOf('gh-secret:acme/app#T', true);
  expect(error.message).toBe('--to "gh-secret:acme/app#T": gh did not end within 60 s');
});

test('a gh that is not installed is a matter of usage', async () => {
  const error = await refusalOf('gh-secret:acme/app#T');
  expect(error.message).toBe(`--to "gh-secret:acme/app#T": there is no program "gh" in PATH (${shop.bin})`);
});

test('when it fails at delivery it may be tried again, and the secret is not in the message', async () => {
  await shop.fake('gh', [{ when: 'secret set', code: 1, stderr: 'HTTP 503 for {input}' }]);
  const target = targetOf(ghSecretScheme, 'gh-secret:acme/app#T', { environment: shop.environment() });
  await target.preflight();
  await expect(deliver(target)).rejects.toMatchObject({
    name: 'TargetError',
    isRetryable: true,
    message: 'gh failed with exit code 1: HTTP 503 for [secret]',
  });
});

async function refusalOf(given: string, isTimeOver = false): Promise<UsageError> {
  const environment = shop.environment(
    isTimeOver ? { timeout: () => ({ signal: AbortSignal.timeout(1), clear: () => undefined }) } : {},
  );
  const error: unknown = await targetOf(ghSecretScheme, given, { environment })
    .preflight()
    .catch((reason: unknown) => reason);
  if (!(error instanceof UsageError)) throw new Error(`no UsageError, but ${String(error)}`);
  return error;
}
