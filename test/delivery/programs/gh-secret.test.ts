// @module-tag slow
import { describe, expect, test } from 'vitest';

import { ghSecretScheme as scheme } from '../../../src/delivery/targets/programs/gh-secret.ts';
import { deliver, deliveryOf, preflightOf, runsIn, secret, specOf, subject, targetOf, useWorkshop } from './fakes.ts';

const shop = useWorkshop();

test('it is tried by reading the public key, and set with the secret on stdin only', async () => {
  await shop.fake('gh');
  const environment = shop.environment({ env: { GH_TOKEN: 'gh-own', NSCALE_SERVICE_TOKEN: 'nsc-own' } });
  const target = targetOf(scheme, 'gh-secret:acme/app#CI_TOKEN', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  expect(await runsIn(shop)).toEqual([
    { argv: ['api', 'repos/acme/app/actions/secrets/public-key', '--silent'], input: '' },
    { argv: ['secret', 'set', 'CI_TOKEN', '--repo', 'acme/app'], input: secret },
  ]);
  for (const { argv, env } of await shop.calls()) {
    expect(env).toMatchObject({ GH_TOKEN: 'gh-own', GH_HOST: 'github.com', GH_PROMPT_DISABLED: '1', NO_COLOR: '1' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

const onRepository = ['--repo', 'acme/app'];

test.each([
  {
    given: 'gh-secret:acme/app@prod eu 1#T',
    path: 'repos/acme/app/environments/prod%20eu%201/secrets',
    flags: [...onRepository, '--env', 'prod eu 1'],
  },
  {
    given: 'gh-secret:dependabot/acme/app#T',
    path: 'repos/acme/app/dependabot/secrets',
    flags: [...onRepository, '--app', 'dependabot'],
  },
  {
    given: 'gh-secret:codespaces/acme/app#T',
    path: 'repos/acme/app/codespaces/secrets',
    flags: [...onRepository, '--app', 'codespaces'],
  },
  {
    given: 'gh-secret:dependabot/dependabot-core#T',
    path: 'repos/dependabot/dependabot-core/actions/secrets',
    flags: ['--repo', 'dependabot/dependabot-core'],
  },
])('$given has a key and secrets of its own', async ({ given, path, flags }) => {
  await shop.fake('gh');
  const target = targetOf(scheme, given, { environment: shop.environment() });
  await target.preflight();
  await deliver(target);
  expect(await runsIn(shop)).toEqual([
    { argv: ['api', `${path}/public-key`, '--silent'], input: '' },
    { argv: ['secret', 'set', 'T', ...flags], input: secret },
  ]);
});

describe.each([
  { given: 'gh-secret:org/acme#T', path: 'orgs/acme/actions/secrets', app: [] },
  { given: 'gh-secret:dependabot/org/acme#T', path: 'orgs/acme/dependabot/secrets', app: ['--app', 'dependabot'] },
  { given: 'gh-secret:codespaces/org/acme#T', path: 'orgs/acme/codespaces/secrets', app: ['--app', 'codespaces'] },
])('$given', ({ given, path, app }) => {
  const look = { argv: ['api', `${path}/T`, '--jq', '.visibility'], input: '' };
  const list = { argv: ['api', '--paginate', `${path}/T/repositories`, '--jq', '.repositories[].name'], input: '' };

  function set(...flags: readonly string[]) {
    return { argv: ['secret', 'set', 'T', '--org', 'acme', ...flags, ...app], input: secret };
  }

  test('is tried by the key of the organization', async () => {
    await shop.fake('gh');
    expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ warnings: [] });
    expect(await runsIn(shop)).toEqual([{ argv: ['api', `${path}/public-key`, '--silent'], input: '' }]);
  });

  test.each(['all', 'private'])('stays for the repositories that it is for: %s', async (visibility) => {
    await shop.fake('gh', [{ when: `api ${path}/T`, stdout: `${visibility}\n` }]);
    expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
    expect(await runsIn(shop)).toEqual([look, set('--visibility', visibility)]);
  });

  test.each([
    { names: 'app\nweb.site\n', flags: ['--visibility', 'selected', '--repos', 'app,web.site'] },
    { names: '', flags: ['--no-repos-selected'] },
  ])('stays for the selected repositories: $flags', async ({ names, flags }) => {
    await shop.fake('gh', [
      { when: `api ${path}/T`, stdout: 'selected\n' },
      { when: 'api --paginate', stdout: names },
    ]);
    expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
    expect(await runsIn(shop)).toEqual([look, list, set(...flags)]);
  });

  test('that is new is for whom gh makes it', async () => {
    await shop.fake('gh', [{ when: `api ${path}/T`, code: 1, stderr: 'gh: Not Found (HTTP 404)' }]);
    expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
    expect(await runsIn(shop)).toEqual([look, set()]);
  });

  test.each([
    { answers: [{ when: 'api', code: 1, stderr: 'gh: Server Error (HTTP 502)' }], isRetryable: true, runs: [look] },
    { answers: [{ when: 'api', code: 1, stderr: 'gh: Forbidden (HTTP 403)' }], isRetryable: false, runs: [look] },
    {
      answers: [
        { when: 'api --paginate', code: 1, stderr: 'gh: Server Error (HTTP 500)' },
        { when: 'api', stdout: 'selected' },
      ],
      isRetryable: true,
      runs: [look, list],
    },
  ])('is not set where it is not known for whom it is: $answers', async ({ answers, isRetryable, runs }) => {
    await shop.fake('gh', answers);
    const problem = `gh failed with exit code 1: ${answers[0]?.stderr}`;
    expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({ problem, isRetryable });
    expect(await runsIn(shop)).toEqual(runs);
  });
});

test.each([
  { given: 'gh-secret:acme/app@prod#TOKEN_{profile}', place: 'gh-secret:acme/app@prod', slot: 'TOKEN_PROD' },
  { given: 'gh-secret:org/acme#token', place: 'gh-secret:org/acme', slot: 'TOKEN' },
  { given: 'gh-secret:dependabot/org/acme#T', place: 'gh-secret:dependabot/org/acme', slot: 'T' },
])('$given is $place, whatever the case of its name', async ({ given, place, slot }) => {
  const target = targetOf(scheme, given, { environment: shop.environment() });
  expect(target.name).toBe(given.replace('{profile}', 'prod'));
  expect(await target.place()).toEqual({ place, slot });
});

test.each([
  'gh-secret:acme/app#T',
  'gh-secret:acme-inc/app.js@production#_T1',
  'gh-secret:acme_corp/.github#T_{name}',
  'gh-secret:org/acme-inc#{NAME}',
  'gh-secret:codespaces/org/acme#T',
])('%s is well formed', (given) => {
  expect(scheme.problems(specOf(given), shop.environment())).toEqual([]);
});

const ofName = 'use letters, digits and _, without a digit or GITHUB_ at the start';
const ofRepository = 'use owner/repo';
const ofEnvironment = 'use 1 to 255 characters, without control characters; gh accepts no /, ? or %';

test.each([
  ['gh-secret:acme#T', `the repository cannot be "acme": ${ofRepository}`],
  ['gh-secret:#T', 'the repository is missing'],
  ['gh-secret:-x/app#T', `the repository cannot be "-x/app": ${ofRepository}`],
  ['gh-secret:acme/..#T', `the repository cannot be "acme/..": ${ofRepository}`],
  ['gh-secret:acme/{name}#T', 'the repository must be written out: nothing in braces is expanded there'],
  ['gh-secret:acme/app@{profile}#T', 'the environment must be written out: nothing in braces is expanded there'],
  ['gh-secret:acme/app@#T', 'the environment is missing'],
  ['gh-secret:acme/app@prod/eu#T', `the environment cannot be "prod/eu": ${ofEnvironment}`],
  ['gh-secret:acme/app', 'the name of the secret is missing'],
  ['gh-secret:acme/app#1T', `the name of the secret cannot be "1T": ${ofName}`],
  ['gh-secret:acme/app#A-B', `the name of the secret cannot be "A-B": ${ofName}`],
  ['gh-secret:acme/app#github_token', `the name of the secret cannot be "github_token": ${ofName}`],
  ['gh-secret:org/#T', 'the organization is missing'],
  ['gh-secret:org/-acme#T', 'the organization cannot be "-acme": use letters, digits and -'],
  ['gh-secret:org/acme/app#T', 'the organization cannot be "acme/app": use letters, digits and -'],
  ['gh-secret:org/{org}#T', 'the organization must be written out: nothing in braces is expanded there'],
  ['gh-secret:dependabot/acme/app@prod#T', `the repository cannot be "acme/app@prod": ${ofRepository}`],
  ['gh-secret:dependabot/acme#-T', `the name of the secret cannot be "-T": ${ofName}`],
])('%s: %s', (given, problem) => {
  expect(scheme.problems(specOf(given), shop.environment())).toEqual([problem]);
});

test('all that is wrong is told at once', () => {
  expect(scheme.problems(specOf('gh-secret:acme@#1'), shop.environment())).toEqual([
    `the repository cannot be "acme": ${ofRepository}`,
    'the environment is missing',
    `the name of the secret cannot be "1": ${ofName}`,
  ]);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject };
  expect(() => targetOf(scheme, 'gh-secret:acme/app#{name}', options)).toThrow(
    `the name of the secret cannot be "ci-deploy": ${ofName}`,
  );
});

const allowed = 'must be allowed to set its secrets';

test.each([
  {
    given: 'gh-secret:acme/app#T',
    code: 4,
    stderr: 'To get started with GitHub CLI, please run:  gh auth login\n',
    said: 'To get started with GitHub CLI, please run:  gh auth login',
    hint: `the repository must exist, and the account that gh is signed in with (gh auth login) ${allowed}`,
  },
  {
    given: 'gh-secret:acme/app@prod#T',
    code: 1,
    stderr: 'gh: Not Found (HTTP 404)\n',
    said: 'gh: Not Found (HTTP 404)',
    hint: `the environment of the repository must exist, and the account that gh is signed in with (gh auth login) ${allowed}`,
  },
  {
    given: 'gh-secret:org/acme#T',
    host: 'ghe.example.com',
    code: 1,
    stderr: 'gh: Must have admin rights to Repository. (HTTP 403)\n',
    said: 'gh: Must have admin rights to Repository. (HTTP 403)',
    hint: `the organization must exist, and the account that gh is signed in with (gh auth login --hostname ghe.example.com) ${allowed}`,
  },
])('a gh that refuses is a matter of usage: $given, $said', async ({ given, host, code, stderr, said, hint }) => {
  await shop.fake('gh', [{ when: 'api', code, stderr }]);
  const environment = shop.environment({ env: { GH_HOST: host } });
  const problem = `--to "${given}": gh failed with exit code ${code}: ${said}`;
  expect(await preflightOf({ scheme, given, environment })).toEqual({ problem, hint });
});

const given = 'gh-secret:acme/app#T';

test('a gh that hangs is a matter of usage', async () => {
  await shop.script(`${shop.bin}/gh`, ['#!/bin/sh', 'exec /bin/sleep 600']);
  const environment = shop.environment({ timeout: () => ({ signal: AbortSignal.timeout(1), clear: () => undefined }) });
  expect(await preflightOf({ scheme, given, environment })).toMatchObject({
    problem: `--to "${given}": gh did not end within 60 s`,
  });
});

test('a gh that is not installed is a matter of usage', async () => {
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `--to "${given}": there is no program "gh" in PATH (${shop.bin})`,
    hint: 'install it, or add its folder to PATH; the working directory, relative folders and node_modules are not searched',
  });
});

test.each([
  { stderr: 'failed to set secret "T": HTTP 503 for {input}', isRetryable: true },
  { stderr: 'failed to set secret "T": HTTP 403: Resource not accessible by integration', isRetryable: false },
  { stderr: 'failed to fetch public key: HTTP 404: Not Found', isRetryable: false },
  { stderr: 'To get started with GitHub CLI, please run:  gh auth login', isRetryable: false },
  { stderr: 'unknown flag: --no-repos-selected', isRetryable: false },
  { stderr: 'error connecting to api.github.com', isRetryable: true },
])('a delivery that fails is repeated where that may help, and never tells the secret: $stderr', async (no) => {
  await shop.fake('gh', [{ when: 'secret set', code: 1, stderr: no.stderr }]);
  const said = no.stderr.replace('{input}', '[secret]');
  const problem = `gh failed with exit code 1: ${said}`;
  const { isRetryable } = no;
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({ problem, isRetryable });
});

test.each([
  { given, path: 'repos/acme/app/actions/secrets/T' },
  { given: 'gh-secret:acme/app@prod#T', path: 'repos/acme/app/environments/prod/secrets/T' },
  { given: 'gh-secret:codespaces/org/acme#T', path: 'orgs/acme/codespaces/secrets/T' },
])('what is stored in $given is known by its time', async ({ given: to, path }) => {
  const answers = [
    { answer: { stdout: '2026-11-01T02:03:04Z\n' }, isThere: true, updatedAt: '2026-11-01T02:03:04Z' },
    { answer: { code: 1, stderr: 'gh: Not Found (HTTP 404)' }, isThere: false, updatedAt: null },
  ];
  for (const { answer, ...stored } of answers) {
    await shop.fake('gh', [{ when: 'api', ...answer }]);
    const target = targetOf(scheme, to, { environment: shop.environment() });
    expect(await target.stored?.()).toEqual({ ...stored, version: null });
  }
  await shop.fake('gh', [{ when: 'api', code: 1, stderr: 'gh: Forbidden (HTTP 403)' }]);
  expect(await targetOf(scheme, to, { environment: shop.environment() }).stored?.()).toBeNull();
  const run = { argv: ['api', path, '--jq', '.updated_at'], input: '' };
  expect(await runsIn(shop)).toEqual([run, run, run]);
});
