// @module-tag slow
import { expect, test } from 'vitest';

import { dopplerScheme as scheme } from '../../../src/delivery/targets/programs/doppler.ts';
import { deliver, deliveryOf, preflightOf, runsIn, secret, specOf, subject, targetOf, useWorkshop } from './fakes.ts';

const shop = useWorkshop();

const given = 'doppler:web/prd_eu#CI_DEPLOY';
const where = ['--project', 'web', '--config', 'prd_eu'];
const me = { argv: ['me', '--json'], input: '' };
const names = { argv: ['secrets', '--only-names', '--json', ...where], input: '' };
const set = { argv: ['secrets', 'set', 'CI_DEPLOY', ...where, '--no-interactive', '--silent'], input: secret };

test('it is tried by reading the names of the config, and set with the secret on stdin only', async () => {
  await shop.fake('doppler');
  const environment = shop.environment({ env: { DOPPLER_TOKEN: 'dp.pt.own', NSCALE_SERVICE_TOKEN: 'nsc-own' } });
  const target = targetOf(scheme, 'doppler:web/prd_eu#{NAME}', { environment });
  expect(await target.preflight()).toEqual([]);
  await deliver(target);
  expect(await runsIn(shop)).toEqual([me, names, set]);
  for (const { argv, env } of await shop.calls()) {
    expect(env).toMatchObject({ DOPPLER_TOKEN: 'dp.pt.own', DOPPLER_ENABLE_VERSION_CHECK: 'false' });
    expect(env).not.toHaveProperty('NSCALE_SERVICE_TOKEN');
    expect(JSON.stringify([argv, env])).not.toContain(secret);
  }
});

test('its place is the config, and its name the secret', async () => {
  const target = targetOf(scheme, 'doppler:web/prd#{NAME}_TOKEN', { environment: shop.environment() });
  expect(target.name).toBe('doppler:web/prd#CI_DEPLOY_TOKEN');
  expect(await target.place()).toEqual({ place: 'doppler:web/prd', slot: 'CI_DEPLOY_TOKEN' });
});

test.each(['doppler:web/prd#T', 'doppler:web-1/dev_personal#_T{NAME}', 'doppler:0/a#DOPPLER_PROJECTS'])(
  '%s is well formed',
  (to) => {
    expect(scheme.problems(specOf(to), shop.environment())).toEqual([]);
  },
);

const ofSlug = 'use lower-case letters, digits, - and _';
const ofName = "use upper-case letters, digits and _, no digit first, and none of Doppler's own names";

test.each([
  ['doppler:web#T', ['the config is missing']],
  ['doppler:/prd#T', ['the project is missing']],
  ['doppler:Web/prd#T', [`the project cannot be "Web": ${ofSlug}`]],
  ['doppler:-web/prd#T', [`the project cannot be "-web": ${ofSlug}`]],
  ['doppler:web/prd/x#T', [`the config cannot be "prd/x": ${ofSlug}`]],
  ['doppler:{org}/prd#T', ['the project must be written out: nothing in braces is expanded there']],
  ['doppler:web/{name}#T', ['the config must be written out: nothing in braces is expanded there']],
  ['doppler:web/prd#t', [`the name of the secret cannot be "t": ${ofName}`]],
  ['doppler:web/prd#A=B', [`the name of the secret cannot be "A=B": ${ofName}`]],
  ['doppler:web/prd#-T', [`the name of the secret cannot be "-T": ${ofName}`]],
  ['doppler:web/prd#DOPPLER_CONFIG', [`the name of the secret cannot be "DOPPLER_CONFIG": ${ofName}`]],
  [
    'doppler:W/P#1',
    [
      `the project cannot be "W": ${ofSlug}`,
      `the config cannot be "P": ${ofSlug}`,
      `the name of the secret cannot be "1": ${ofName}`,
    ],
  ],
])('%s: %j', (to, problems) => {
  expect(scheme.problems(specOf(to), shop.environment())).toEqual(problems);
});

test('a name that an account does not fit into is refused, not rewritten', () => {
  expect(() => targetOf(scheme, 'doppler:web/prd#{name}', { environment: shop.environment(), subject })).toThrow(
    `the name of the secret cannot be "ci-deploy": ${ofName}`,
  );
});

test.each([
  { when: 'me', stderr: '{"error":"you must provide a token"}', hint: 'doppler login, or DOPPLER_TOKEN', runs: [me] },
  {
    when: 'secrets',
    stderr: '{"error":"Could not find requested config \'prd_eu\'"}',
    hint: 'the project and its config must exist, and the token of doppler must be for them',
    runs: [me, names],
  },
])('a doppler that refuses is a matter of usage: $stderr', async ({ when, stderr, hint, runs }) => {
  await shop.fake('doppler', [{ when, code: 1, stderr: `${stderr}\n` }]);
  expect(await preflightOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `--to "${given}": doppler failed with exit code 1: ${stderr}`,
    hint,
  });
  expect(await runsIn(shop)).toEqual(runs);
});

test.each([
  { said: 'Request failed with HTTP 503', isRetryable: true },
  { said: 'dial tcp: lookup api.doppler.com: no such host, {input}', isRetryable: true },
  { said: 'Invalid Service token', isRetryable: false },
  { said: 'Invalid Auth token', isRetryable: false },
  { said: "This token does not have access to requested config 'prd_eu'", isRetryable: false },
  { said: "Could not find requested project 'web'", isRetryable: false },
  { said: 'you must provide a token', isRetryable: false },
])('a delivery that fails is repeated where that may help, and never tells the secret: $said', async (no) => {
  const stderr = `Unable to set secrets\nDoppler Error: ${no.said}\n`;
  await shop.fake('doppler', [{ when: 'secrets set', code: 1, stderr }]);
  expect(await deliveryOf({ scheme, given, environment: shop.environment() })).toEqual({
    problem: `doppler failed with exit code 1: Unable to set secrets Doppler Error: ${no.said.replace('{input}', '[secret]')}`,
    isRetryable: no.isRetryable,
  });
});

test.each([
  { answer: { stdout: '{"A":{},"CI_DEPLOY":{}}' }, stored: { isThere: true, version: null, updatedAt: null } },
  { answer: { stdout: '{"A":{},"toString":{}}' }, stored: { isThere: false, version: null, updatedAt: null } },
  { answer: { code: 1, stderr: '{"error":"Invalid Auth token"}' }, stored: null },
  { answer: { stdout: 'no JSON' }, stored: null },
])('of what is stored only the name is known: $stored', async ({ answer, stored }) => {
  await shop.fake('doppler', [{ when: 'secrets', ...answer }]);
  expect(await targetOf(scheme, given, { environment: shop.environment() }).stored?.()).toEqual(stored);
  expect(await runsIn(shop)).toEqual([names]);
});
