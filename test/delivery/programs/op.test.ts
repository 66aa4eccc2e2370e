// @module-tag slow
import { describe, expect, test } from 'vitest';

import { opScheme as scheme } from '../../../src/delivery/targets/programs/op.ts';
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

const given = 'op:CI tokens/ci deploy#credential';
const get = { argv: ['item', 'get', 'ci deploy', '--vault', 'CI tokens', '--format', 'json', '--reveal'], input: '' };
const edit = ['item', 'edit', 'ci deploy', '--vault', 'CI tokens'];

/** As op 2.30 and later shows an item of the category API Credential. */
function item(value: string | undefined, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: 'abcdefghijklmnopqrstuvwxyz',
    title: 'ci deploy',
    tags: ['ci'],
    version: 7,
    category: 'API_CREDENTIAL',
    sections: [{ id: 's1', label: 'meta' }],
    updated_at: '2026-11-01T02:03:04Z',
    fields: [
      { id: 'notesPlain', type: 'STRING', purpose: 'NOTES', label: 'notesPlain', value: 'of the fleet' },
      { id: 'credential', type: 'CONCEALED', label: 'credential', ...(value !== undefined && { value }) },
      { id: 'validFrom', type: 'DATE', label: 'valid from' },
      { id: 'expires', type: 'DATE', label: 'expires', value: '1790812800' },
      { id: 'f1', section: { id: 's1', label: 'meta' }, type: 'STRING', label: 'owner', value: 'ops' },
    ],
    ...more,
  });
}

const before: Answer = { when: 'item get', stdout: item('old'), times: 1 };
const after: Answer = { when: 'item get', stdout: item(secret) };

test('it is tried by reading the item, which is piped with one value changed, and read again', async () => {
  await shop.fake('op', [{ ...before, times: 2 }, after]);
  const environment = shop.environment({
    env: { OP_SERVICE_ACCOUNT_TOKEN: 'ops_own', NSCALE_SERVICE_TOKEN: 'nsc-own' },
  });
  const target = targetOf(scheme, given, { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  const calls = await shop.calls();
  const input = calls[2]?.input ?? '';
  expect(await runsIn(shop)).toEqual([get, get, { argv: edit, input }, get]);
  expect(calls.map(({ isPipe }) => isPipe)).toEqual([false, false, true, false]);
  const whole: { fields: { id: string }[] } = JSON.parse(item(secret));
  // A date without a value would become one of 1970.
  expect(JSON.parse(input)).toEqual({ ...whole, fields: whole.fields.filter(({ id }) => id !== 'validFrom') });
  for (const { argv, env } of calls) {
    expect(env).toMatchObject({ OP_SERVICE_ACCOUNT_TOKEN: 'ops_own', OP_CACHE: 'false' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test.each([
  { slot: 'owner', id: 'f1' },
  { slot: 'f1', id: 'f1' },
  { slot: 'meta.owner', id: 'f1' },
  { slot: 'valid from', id: 'validFrom' },
])('a field is named by its label, its id, or with its section: $slot', async ({ slot, id }) => {
  const shown: { fields: { id: string; value?: string }[] } = JSON.parse(item('old'));
  const fields = shown.fields.map((field) => (field.id === id ? { ...field, value: secret } : field));
  await shop.fake('op', [before, { ...after, stdout: JSON.stringify({ ...shown, fields }) }]);
  const to = `op:CI tokens/ci deploy#${slot}`;
  expect(await deliveryOf({ scheme, given: to, environment: shop.environment() })).toBe('delivered');
  const input: { fields: unknown } = JSON.parse((await shop.calls())[1]?.input ?? '');
  expect(input.fields).toEqual(fields.filter((field) => field.id !== 'validFrom' || id === 'validFrom'));
});

test('numbers of an item keep their digits', async () => {
  const exact = item('old').replace('"version":7', '"version":12345678901234567890');
  await shop.fake('op', [{ ...before, stdout: exact }, after]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toBe('delivered');
  expect((await shop.calls())[1]?.input).toContain('"version":12345678901234567890,');
});

test('an op that ends well and has changed nothing has not delivered it', async () => {
  await shop.fake('op', [{ when: 'item get', stdout: item('old') }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: 'op has left the field as it was',
    isRetryable: true,
  });
});

test('an item that cannot be read again is not known to have it', async () => {
  await shop.fake('op', [before, { when: 'item get', code: 1, stderr: '[ERROR] timeout' }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: 'op failed with exit code 1: [ERROR] timeout',
    isRetryable: true,
  });
});

test('its place is the item, and its name the field', async () => {
  const target = targetOf(scheme, 'op:CI/{name}#{profile}', { environment: shop.environment() });
  expect(target.name).toBe('op:CI/ci-deploy#prod');
  expect(await target.place()).toEqual({ place: 'op:CI/ci-deploy', slot: 'prod' });
});

const ofName = 'use its name or id, without control characters and without - at the start';

test.each([
  ['op:CI/x#credential', []],
  ['op:CI tokens/a b/c#section.field name', []],
  ['op:CI#c', ['the item is missing']],
  ['op:/x#c', ['the vault is missing']],
  ['op:-CI/x#c', [`the vault cannot be "-CI": ${ofName}`]],
  ['op:{org}/x#c', ['the vault must be written out: nothing in braces is expanded there']],
  ['op:CI/-x#c', [`the item cannot be "-x": ${ofName}`]],
  ['op:CI/x#-c', [`the field cannot be "-c": ${ofName}`]],
  ['op:-/-#-', ['the vault', 'the item', 'the field'].map((what) => `${what} cannot be "-": ${ofName}`)],
])('%s: %j', (to, problems) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual(problems);
});

test('a name that would read as an option is refused, not rewritten', () => {
  const options = { environment: shop.environment(), subject: { ...subject, name: '-x' } };
  expect(() => targetOf(scheme, 'op:CI/{name}#c', options)).toThrow(`the item cannot be "-x": ${ofName}`);
});

describe('an item that cannot be written back is refused, beforehand and at the delivery', () => {
  const twice = [
    { id: 'a', label: 'credential', section: { label: 'x' } },
    { id: 'b', label: 'credential', section: { label: 'y' } },
  ];
  const hidden = [{ id: 'credential', label: 'credential', value: "[use 'op item get abc --reveal' to reveal]" }];

  test.each([
    { shown: { category: 'LOGIN' }, problem: 'would lose a passkey of a Login item, which it cannot show' },
    { shown: { files: [{ id: 'f' }] }, problem: 'may lose the files of the item' },
    { shown: { fields: undefined }, problem: 'does not show the fields of the item' },
    { shown: { fields: hidden }, problem: 'does not show all values of the item' },
    { shown: { fields: twice }, problem: 'has several fields "credential": write <section>.<field>' },
    {
      shown: { fields: [{ id: 'a', label: 'b' }, { id: 'c' }] },
      problem: 'has no field "credential" in the item; there are "b" and "c"',
    },
  ])('$problem', async ({ shown, problem }) => {
    await shop.fake('op', [{ when: 'item get', stdout: item('old', shown) }]);
    const environment = shop.environment();
    expect(await preflightOf({ scheme, given, environment })).toEqual({
      problem: `--to "${given}": op ${problem}`,
      hint: 'use an item of the category API Credential',
    });
    expect(await deliveryOf({ scheme, given, environment })).toEqual({ problem: `op ${problem}`, isRetryable: false });
    expect(await runsIn(shop)).toEqual([get, get]);
  });
});

test.each([
  '"ci deploy" isn\'t an item in the "CI tokens" vault. Specify the item with its UUID, name, or domain.',
  '"CI tokens" isn\'t a vault in this account. Specify the vault with its ID or name.',
  'You are not currently signed in. Please run `op signin --help` for instructions',
  'unknown flag: --reveal',
])('an op that refuses is a matter of usage: %s', async (said) => {
  await shop.fake('op', [{ when: 'item get', code: 1, stderr: `[ERROR] 2026/11/22 12:00:00 ${said}\n` }]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `--to "${given}": op failed with exit code 1: [ERROR] 2026/11/22 12:00:00 ${said}`,
    hint: 'op signin, or OP_SERVICE_ACCOUNT_TOKEN; the vault and its item must exist (op 2.30 or later)',
  });
});

test.each([
  { said: '(429) Too Many Requests', isRetryable: true },
  { said: 'network error: {input}', isRetryable: true },
  { said: "(403) Forbidden: You aren't authorized to perform this action.", isRetryable: false },
  { said: '(401) Unauthorized: Authentication required', isRetryable: false },
  { said: 'You do not have permission to edit this item', isRetryable: false },
  { said: 'account is not signed in', isRetryable: false },
  { said: 'More than one item matches "ci deploy"', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $said', async (no) => {
  await shop.fake('op', [before, { when: 'item edit', code: 1, stderr: `[ERROR] ${no.said}` }]);
  const outcome = await deliveryOf({ scheme, given, environment: shop.environment() });
  expect(outcome).toMatchObject({ isRetryable: no.isRetryable });
  expect(JSON.stringify(outcome)).toContain('op failed with exit code 1: [ERROR] ');
  expect(JSON.stringify(outcome)).not.toContain(secret);
});

const nothing = { isThere: false, version: null, updatedAt: null };

test.each([
  { answer: { stdout: item('old') }, stored: { isThere: true, version: '7', updatedAt: '2026-11-01T02:03:04Z' } },
  { answer: { stdout: item('') }, stored: nothing },
  { answer: { stdout: item(undefined) }, stored: nothing },
  { answer: { stdout: 'no JSON' }, stored: null },
  { answer: { code: 1, stderr: '"ci deploy" isn\'t an item in the "CI tokens" vault.' }, stored: nothing },
  { answer: { code: 1, stderr: 'You are not currently signed in.' }, stored: null },
])('what is stored is $stored', async ({ answer, stored }) => {
  await shop.fake('op', [{ when: 'item get', ...answer }]);
  expect(await targetOf(scheme, given, { environment: shop.environment() }).stored?.()).toEqual(stored);
  expect(await runsIn(shop)).toEqual([get]);
});
