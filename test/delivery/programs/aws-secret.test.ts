// @module-tag slow
import { describe, expect, test } from 'vitest';

import { awsSecretScheme as scheme } from '../../../src/delivery/targets/programs/aws-secret.ts';
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

const given = 'aws-secret:ci/deploy';
const version = 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb';
const json = ['--output', 'json'];

function get(...flags: readonly string[]) {
  return { argv: ['secretsmanager', 'get-secret-value', ...flags, ...json, '--secret-id', 'ci/deploy'], input: '' };
}

function put(text: string, { flags = [], id = 'ci/deploy', token = [] }: Put = {}) {
  const argv = ['secretsmanager', 'put-secret-value', ...flags, ...json, '--secret-id', id];
  return { argv: [...argv, '--secret-string', 'file:///dev/stdin', ...token], input: text };
}

interface Put {
  readonly flags?: readonly string[];
  readonly id?: string;
  readonly token?: readonly string[];
}

/** Under the version that has it already. */
const again: Put = { token: ['--client-request-token', version] };

/** What aws says of a value that is there. */
function value(text: string | undefined): Answer {
  const document = { ARN: 'arn:…', Name: 'ci/deploy', VersionId: version, SecretString: text, CreatedDate: 1793498584 };
  return { when: 'secretsmanager get-secret-value', stdout: JSON.stringify(document) };
}

function refused(code: string, operation: 'GetSecretValue' | 'PutSecretValue', message: string): Answer {
  const verb = operation === 'GetSecretValue' ? 'get-secret-value' : 'put-secret-value';
  const stderr = `\nAn error occurred (${code}) when calling the ${operation} operation: ${message}\n`;
  return { when: `secretsmanager ${verb}`, code: 254, stderr };
}

const gone = refused('ResourceNotFoundException', 'GetSecretValue', "Secrets Manager can't find the specified secret.");
const empty = refused(
  'ResourceNotFoundException',
  'GetSecretValue',
  "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
);
const unreadable = refused('AccessDeniedException', 'GetSecretValue', 'User is not authorized to perform');

test('it is tried by putting what is there under its own version, and put from a pipe with the secret in it only', async () => {
  await shop.fake('aws', [value('old')]);
  const environment = shop.environment({
    env: { AWS_PROFILE: 'ci', AWS_PAGER: 'less', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(scheme, 'aws-secret:ci/{provider}', { environment });
  const own = targetOf(scheme, given, { environment });
  expect(target.name).toBe('aws-secret:ci/nscale');
  expect(await own.preflight()).toEqual([]);
  await deliver(own);
  expect(await runsIn(shop)).toEqual([get(), put('old', again), put(secret)]);
  const calls = await shop.calls();
  expect(calls.map(({ isPipe }) => isPipe)).toEqual([false, true, true]);
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({ AWS_PROFILE: 'ci', AWS_PAGER: '', AWS_CLI_AUTO_PROMPT: 'off' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test('one key of its JSON is changed, and every other key stays as it is', async () => {
  const before = '{"url":"https://x/?ü","n":12345678901234567890,"token":"old"}';
  await shop.fake('aws', [value(before)]);
  const environment = shop.environment();
  expect(await preflightOf({ scheme, given: `${given}#token`, environment })).toEqual({ warnings: [] });
  expect(await deliveryOf({ scheme, given: `${given}#token`, environment })).toBe('delivered');
  const merged = before.replace('"old"', `"${secret}"`);
  expect(await runsIn(shop)).toEqual([get(), put(before, again), get(), put(merged)]);
});

test('a secret without a value gets its first one, or a JSON object with the key alone', async () => {
  await shop.fake('aws', [empty]);
  const environment = shop.environment();
  const warning = `${given}: whether it may be written is not known until then: it has no value yet`;
  expect(await preflightOf({ scheme, given, environment })).toEqual({ warnings: [warning] });
  expect(await deliveryOf({ scheme, given: `${given}#a "b"`, environment })).toBe('delivered');
  const first = put(JSON.stringify({ 'a "b"': secret }));
  expect(await runsIn(shop)).toEqual([get(), get(), first]);
});

test.each([
  ['aws-secret:ci/deploy?region=eu-west-1', ['--region', 'eu-west-1'], 'ci/deploy'],
  [
    'aws-secret:arn:aws:secretsmanager:us-gov-west-1:123456789012:secret:ci/deploy-AbCdEf',
    ['--region', 'us-gov-west-1'],
    'arn:aws:secretsmanager:us-gov-west-1:123456789012:secret:ci/deploy-AbCdEf',
  ],
])('%s is in its own region', async (to, region, id) => {
  await shop.fake('aws');
  expect(await deliveryOf({ scheme, given: to, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([put(secret, { flags: region, id })]);
});

test('its place is the secret in its region, and its name the key', async () => {
  const to = 'aws-secret:ci/{name}#{profile}?region=eu-west-1';
  const target = targetOf(scheme, to, { environment: shop.environment() });
  expect(target.name).toBe('aws-secret:ci/ci-deploy#prod?region=eu-west-1');
  expect(await target.place()).toEqual({ place: 'aws-secret:ci/ci-deploy?region=eu-west-1', slot: 'prod' });
});

const ofId = 'use a name of letters, digits and /_+=.@-, or an ARN';
const ofKey = 'use a key of the JSON object, without control characters';

test.each([
  ['aws-secret:ci/x_+=.@-', []],
  ['aws-secret:x#a b', []],
  ['aws-secret:arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x-AbCdEf#k', []],
  ['aws-secret:-x', [`the secret cannot be "-x": ${ofId}`]],
  ['aws-secret:a b', [`the secret cannot be "a b": ${ofId}`]],
  ['aws-secret:arn:aws:s3:::x', [`the secret cannot be "arn:aws:s3:::x": ${ofId}`]],
  ['aws-secret:x?region={org}', ['the region must be written out: nothing in braces is expanded there']],
  ['aws-secret:x?region=', ['the region is missing']],
  [
    'aws-secret:a b#\u0007?region=Ireland',
    [
      `the secret cannot be "a b": ${ofId}`,
      `the key cannot be "": ${ofKey}`,
      'the region cannot be "Ireland": use e.g. eu-west-1',
    ],
  ],
])('%j: %j', (to, problems) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual(problems);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: 'ci deploy' } };
  expect(() => targetOf(scheme, 'aws-secret:{name}', options)).toThrow(`the secret cannot be "ci deploy": ${ofId}`);
});

/** How aws's own words are shown: after its exit code, without line breaks. */
function shown({ code, stderr = '' }: Answer): string {
  return `aws failed with exit code ${code}: ${stderr.trim()}`;
}

describe('an aws that refuses is a matter of usage', () => {
  const unwritable = refused('AccessDeniedException', 'PutSecretValue', 'User is not authorized to perform');
  const signedOut: Answer = {
    when: '',
    code: 253,
    stderr: '\nUnable to locate credentials. You can configure credentials by running "aws login".\n',
  };
  const writing =
    'it takes secretsmanager:PutSecretValue and, for a key of your own, kms:GenerateDataKey and kms:Decrypt';
  const reading = 'to keep its other keys, it takes secretsmanager:GetSecretValue';

  test.each([
    { to: given, answers: [gone], hint: 'aws secretsmanager create-secret --name ci/deploy' },
    { to: given, answers: [signedOut], hint: 'aws configure, aws sso login, or the right region' },
    { to: given, answers: [unwritable, value('old')], hint: writing },
    { to: `${given}#k`, answers: [unreadable], hint: reading },
  ])('$to: $hint', async ({ to, answers, hint }) => {
    await shop.fake('aws', answers);
    expect(await preflightOf({ scheme, given: to, environment: shop.environment() })).toEqual({
      problem: `--to "${to}": ${shown(answers[0] ?? signedOut)}`,
      hint,
    });
  });

  test.each(['plain', '["a"]', '"a"', undefined])('a value that has no keys: %s', async (text) => {
    await shop.fake('aws', [value(text)]);
    const environment = shop.environment();
    const problem = 'aws says that the secret is not a JSON object, so it has no keys';
    expect(await preflightOf({ scheme, given: `${given}#k`, environment })).toEqual({
      problem: `--to "${given}#k": ${problem}`,
      hint: 'leave out #<json key>, or store a JSON object there first',
    });
    expect(await deliveryOf({ scheme, given: `${given}#k`, environment })).toEqual({ problem, isRetryable: false });
    expect(await runsIn(shop)).toEqual([get(), get()]);
  });
});

test.each([
  { what: 'may not be read', answer: unreadable, why: ': it may not be read' },
  { what: 'is binary', answer: value(undefined), why: '' },
])('what $what can only be tried at the delivery', async ({ answer, why }) => {
  await shop.fake('aws', [answer]);
  const warning = `${given}: whether it may be written is not known until then${why}`;
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({ warnings: [warning] });
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect(await runsIn(shop)).toEqual([get(), put(secret)]);
});

test('nothing is put where the other keys cannot be read at the delivery', async () => {
  await shop.fake('aws', [unreadable]);
  expect(await deliveryOf({ scheme, given: `${given}#k`, environment: shop.environment() })).toEqual({
    problem: shown(unreadable),
    isRetryable: false,
  });
  expect(await runsIn(shop)).toEqual([get()]);
});

test.each([
  { code: 254, said: 'An error occurred (InternalServiceError) when calling: {input}', isRetryable: true },
  { code: 255, said: 'Could not connect to the endpoint URL: "https://x/"', isRetryable: true },
  { code: 254, said: 'An error occurred (AccessDeniedException) when calling', isRetryable: false },
  { code: 254, said: 'An error occurred (ExpiredTokenException) when calling', isRetryable: false },
  { code: 253, said: 'Unable to locate credentials', isRetryable: false },
  { code: 255, said: 'The config profile (ci) could not be found', isRetryable: false },
  { code: 255, said: 'Error loading SSO Token: Token for x does not exist', isRetryable: false },
  { code: 255, said: 'Token has expired and refresh failed', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $said', async (no) => {
  await shop.fake('aws', [{ when: 'secretsmanager put', code: no.code, stderr: no.said }]);
  const outcome = await deliveryOf({ scheme, given, environment: shop.environment() });
  expect(outcome).toMatchObject({ isRetryable: no.isRetryable });
  expect(JSON.stringify(outcome)).toContain(`aws failed with exit code ${no.code}: `);
  expect(JSON.stringify(outcome)).not.toContain(secret);
});

const nothing = { isThere: false, version: null, updatedAt: null };

describe('what is stored', () => {
  const stages = { [version]: ['AWSCURRENT'], 'bbbbbbbb-1111': ['AWSPREVIOUS'] };

  test.each([
    {
      answer: { stdout: JSON.stringify({ VersionIdsToStages: stages, LastChangedDate: '2026-11-01T02:03:04+01:00' }) },
      stored: { isThere: true, version, updatedAt: '2026-11-01T01:03:04.000Z' },
    },
    {
      answer: { stdout: JSON.stringify({ VersionIdsToStages: stages, LastChangedDate: 1793498584.5 }) },
      stored: { isThere: true, version, updatedAt: '2026-11-01T02:03:04.500Z' },
    },
    {
      answer: { stdout: JSON.stringify({ VersionIdsToStages: stages }) },
      stored: { isThere: true, version, updatedAt: null },
    },
    { answer: { stdout: '{"VersionIdsToStages":{}}' }, stored: nothing },
    { answer: { stdout: 'no JSON' }, stored: null },
    { answer: { ...gone, when: '' }, stored: nothing },
    { answer: { ...unreadable, when: '' }, stored: null },
  ])('as a whole is $stored', async ({ answer, stored }) => {
    await shop.fake('aws', [{ when: '', ...answer }]);
    expect(await targetOf(scheme, given, { environment: shop.environment() }).stored?.()).toEqual(stored);
    const argv = ['secretsmanager', 'describe-secret', ...json, '--secret-id', 'ci/deploy'];
    expect(await runsIn(shop)).toEqual([{ argv, input: '' }]);
  });

  test.each([
    { answer: value('{"k":"v"}'), stored: { isThere: true, version, updatedAt: '2026-11-01T02:03:04.000Z' } },
    { answer: value('{"k":""}'), stored: nothing },
    { answer: value('{"x":"v"}'), stored: nothing },
    { answer: value('plain'), stored: nothing },
    { answer: empty, stored: nothing },
    { answer: unreadable, stored: null },
  ])('under a key is $stored', async ({ answer, stored }) => {
    await shop.fake('aws', [answer]);
    expect(await targetOf(scheme, `${given}#k`, { environment: shop.environment() }).stored?.()).toEqual(stored);
    expect(await runsIn(shop)).toEqual([get()]);
  });
});
