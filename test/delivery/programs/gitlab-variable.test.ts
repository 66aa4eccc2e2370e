// @module-tag slow
import { describe, expect, test } from 'vitest';

import { gitlabVariableScheme as scheme } from '../../../src/delivery/targets/programs/gitlab-variable.ts';
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

const host = ['--hostname', 'gitlab.com'];
const given = 'gitlab-variable:acme/deploy#CI_TOKEN';
const project = 'projects/acme%2Fdeploy/variables/CI_TOKEN';
const group = 'groups/acme%2Fdeploy/variables/CI_TOKEN';

function api(path: string, ...flags: readonly string[]) {
  return { argv: ['api', ...host, path, ...flags], input: '' };
}

function put(path: string, body: unknown) {
  const flags = ['--method', 'PUT', '--header', 'Content-Type: application/json', '--input', '-', '--silent'];
  return { argv: ['api', ...host, path, ...flags], input: JSON.stringify(body) };
}

/** The request for a project's variable, as its arguments begin. */
const ofProject = `api ${host.join(' ')} projects/`;
const missing: Answer = { when: ofProject, code: 1, stderr: 'glab: 404 Project Not Found (HTTP 404)\n' };
const token = api('personal_access_tokens/self');

function scopes(...names: readonly string[]): Answer {
  return { when: `api ${host.join(' ')} personal_access_tokens/self`, stdout: JSON.stringify({ scopes: names }) };
}

test('it is tried by reading the variable and what the token may do, and changed with the value on stdin only', async () => {
  await shop.fake('glab', [scopes('api', 'read_user')]);
  const environment = shop.environment({ env: { GITLAB_TOKEN: 'glpat-own', NSCALE_SERVICE_TOKEN: 'nsc-own' } });
  const target = targetOf(scheme, given, { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  expect(await runsIn(shop)).toEqual([
    api(project, '--silent'),
    token,
    api(project, '--silent'),
    put(project, { value: secret }),
  ]);
  for (const { argv, env } of await shop.calls()) {
    expect(env).toMatchObject({
      GITLAB_TOKEN: 'glpat-own',
      GITLAB_HOST: 'gitlab.com',
      GLAB_CHECK_UPDATE: 'false',
      NO_PROMPT: '1',
      NO_COLOR: '1',
    });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test('what is no project is a group', async () => {
  await shop.fake('glab', [missing]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ warnings: [] });
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([
    api(project, '--silent'),
    api(group, '--silent'),
    token,
    api(project, '--silent'),
    api(group, '--silent'),
    put(group, { value: secret }),
  ]);
});

test('the variable of one environment is asked for by its scope, and keeps it', async () => {
  await shop.fake('glab');
  const to = `${given}@review/*`;
  expect(await deliveryOf({ scheme, given: to, environment: shop.environment() })).toBe('delivered');
  const path = `${project}?filter%5Benvironment_scope%5D=review%2F*`;
  expect(await runsIn(shop)).toEqual([
    api(path, '--silent'),
    put(path, { value: secret, environment_scope: 'review/*' }),
  ]);
});

test.each([
  [{}, 'gitlab.com', '--hostname gitlab.com '],
  [{ GITLAB_HOST: 'https://git.example.com/' }, 'git.example.com', '--hostname git.example.com '],
  [{ GITLAB_URI: 'http://git.example.com/gitlab' }, 'git.example.com', '--hostname git.example.com '],
  [{ GL_HOST: 'git.example.com' }, 'git.example.com', '--hostname git.example.com '],
  [{ CI_SERVER_HOST: 'git.example.com', GL_HOST: ' ' }, 'git.example.com', '--hostname git.example.com '],
  [{ GITLAB_HOST: 'a.example.com', CI_SERVER_HOST: 'b.example.com' }, 'a.example.com', '--hostname a.example.com '],
  [{ GITLAB_HOST: 'git.example.com:8443' }, 'git.example.com:8443', ''],
])('the host is that of the variables, and never that of the folder: %j', async (env, name, flag) => {
  await shop.fake('glab');
  const environment = shop.environment({ env });
  await preflightOf({ scheme, given, environment });
  expect(await deliveryOf({ scheme, given, environment })).toBe('delivered');
  const calls = await shop.calls();
  expect(calls).toHaveLength(4);
  for (const { argv, env: own } of calls) {
    expect(own['GITLAB_HOST']).toBe(name);
    expect(argv.join(' ')).toMatch(new RegExp(`^api ${flag}(?:projects|personal)`));
  }
});

test('its place is the project, and its environment is a part of its name', async () => {
  const target = targetOf(scheme, 'gitlab-variable:acme/deploy#T_{profile}@prod', { environment: shop.environment() });
  expect(target.name).toBe('gitlab-variable:acme/deploy#T_prod@prod');
  expect(await target.place()).toEqual({ place: 'gitlab-variable:acme/deploy', slot: 'T_prod@prod' });
  expect(target.stored).toBeUndefined();
});

test.each(['gitlab-variable:acme#T', 'gitlab-variable:a/b/c.d-e#_T@prod', 'gitlab-variable:a/b#T_{NAME}@*'])(
  '%s is well formed',
  (to) => {
    expect(scheme.problems(specOf(to), shop.environment())).toEqual([]);
  },
);

const ofPath = 'use its path, e.g. acme/deploy';
const ofKey = 'use up to 255 letters, digits and _';
const ofScope = 'use its name, or a scope such as review/*';

test.each([
  ['gitlab-variable:#T', 'the project or group is missing'],
  ['gitlab-variable:/acme#T', `the project or group cannot be "/acme": ${ofPath}`],
  ['gitlab-variable:-acme#T', `the project or group cannot be "-acme": ${ofPath}`],
  ['gitlab-variable:acme/../x#T', `the project or group cannot be "acme/../x": ${ofPath}`],
  ['gitlab-variable:acme?x#T', `the project or group cannot be "acme?x": ${ofPath}`],
  ['gitlab-variable:{org}/x#T', 'the project or group must be written out: nothing in braces is expanded there'],
  ['gitlab-variable:acme/x#A-B', `the key cannot be "A-B": ${ofKey}`],
  ['gitlab-variable:acme/x#@prod', 'the key is missing'],
  ['gitlab-variable:acme/x#T@', 'the environment is missing'],
  ['gitlab-variable:acme/x#T@a&b', `the environment cannot be "a&b": ${ofScope}`],
  ['gitlab-variable:acme/x#T@{name}', 'the environment must be written out: nothing in braces is expanded there'],
])('%s: %s', (to, problem) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual([problem]);
});

test('all that is wrong is told at once, and a name is refused and not rewritten', () => {
  expect(scheme.problems(specOf('gitlab-variable:-#a-b@'), shop.environment())).toEqual([
    `the project or group cannot be "-": ${ofPath}`,
    `the key cannot be "a-b": ${ofKey}`,
    'the environment is missing',
  ]);
  const options = { environment: shop.environment(), subject };
  expect(() => targetOf(scheme, 'gitlab-variable:acme/x#{name}', options)).toThrow(
    `the key cannot be "ci-deploy": ${ofKey}`,
  );
});

const there =
  'acme/deploy must exist and have the variable CI_TOKEN, masked and protected as you want it, and glab must be signed in as one of its maintainers';

describe('a glab that refuses is a matter of usage', () => {
  test.each([
    { stderr: 'glab: 401 Unauthorized (HTTP 401)', hint: 'glab auth login --hostname gitlab.com' },
    { stderr: 'glab: HTTP 403', hint: there },
    {
      stderr: 'glab: There are multiple variables with provided parameters. (HTTP 409)',
      hint: 'name its environment: #CI_TOKEN@<environment>',
    },
    { stderr: 'Get "https://gitlab.com/api/v4/projects/x404": dial tcp: lookup gitlab.com', hint: there },
  ])('$stderr', async ({ stderr, hint }) => {
    await shop.fake('glab', [{ when: 'api', code: 1, stderr }]);
    const problem = `--to "${given}": glab failed with exit code 1: ${stderr}`;
    expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ problem, hint });
    expect(await runsIn(shop)).toEqual([api(project, '--silent')]);
  });

  test('where there is no such variable, of a project nor of a group', async () => {
    const stderr = 'glab: 404 Variable Not Found (HTTP 404)';
    await shop.fake('glab', [{ when: 'api', code: 1, stderr }]);
    const problem = `--to "${given}": glab failed with exit code 1: ${stderr}`;
    expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ problem, hint: there });
    expect(await runsIn(shop)).toEqual([api(project, '--silent'), api(group, '--silent')]);
  });

  test.each([
    [['read_api'], 'read_api'],
    [['read_api', 'read_user', 'write_repository'], 'read_api, read_user, write_repository'],
  ])('where its token may only read: %j', async (names, listed) => {
    await shop.fake('glab', [scopes(...names)]);
    expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
      problem: `--to "${given}": glab is signed in with a token that may not change acme/deploy: its scopes are ${listed}`,
      hint: 'give it a token with the scope api',
    });
  });

  test.each([
    scopes('api', 'read_api'),
    scopes('granular'),
    scopes('something_new', 'read_api'),
    scopes(),
    { ...scopes(), stdout: '{"scopes":"api"}' },
    { ...scopes(), stdout: 'no JSON' },
    { ...scopes(), code: 1, stderr: 'glab: 404 Not found (HTTP 404)' },
  ])('but not where its token may write, or nobody tells: $stdout', async (answer) => {
    await shop.fake('glab', [answer]);
    expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ warnings: [] });
  });
});

test.each([
  { stderr: 'glab: 503 Service Unavailable {input} (HTTP 503)', isRetryable: true },
  { stderr: 'Put "https://gitlab.com/api/v4/projects": EOF', isRetryable: true },
  { stderr: 'glab: 403 Forbidden (HTTP 403)', isRetryable: false },
  { stderr: 'glab: HTTP 403', isRetryable: false },
  { stderr: 'glab: map[message:map[value:[is invalid]]]+', isRetryable: false },
  { stderr: 'glab: 400 Bad request (HTTP 400)', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $stderr', async (no) => {
  await shop.fake('glab', [{ when: `api ${host.join(' ')} ${project} --method`, code: 1, stderr: no.stderr }]);
  const outcome = await deliveryOf({ scheme, given, environment: shop.environment() });
  expect(outcome).toMatchObject({ isRetryable: no.isRetryable });
  expect(JSON.stringify(outcome)).toContain('glab failed with exit code 1: ');
  expect(JSON.stringify(outcome)).not.toContain(secret);
});

test('nothing is changed where it is not known whose variable it is', async () => {
  await shop.fake('glab', [{ when: 'api', code: 1, stderr: 'glab: HTTP 502' }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: 'glab failed with exit code 1: glab: HTTP 502',
    isRetryable: true,
  });
  expect(await runsIn(shop)).toEqual([api(project, '--silent')]);
});
