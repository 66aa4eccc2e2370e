import { expect, test } from 'vitest';

import { runaiSandboxClients } from '../../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import { testNow } from '../../harness/context.ts';
import { accounts, administrator, deploy, items, rules } from './deployment.ts';

const day = 86_400_000;
const state = seedRunai(testNow);
const names = new Set(state.accounts.map(({ name }) => name));

test('the seed is the same for the same time, and shares nothing with the one before', () => {
  const again = seedRunai(testNow);
  expect(again).toEqual(state);
  for (const account of again.accounts) account.enabled = false;
  again.rules.pop();
  expect(seedRunai(testNow)).toEqual(state);
});

test('the seed is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});

test('every time in the seed moves with the clock, and none is to come', () => {
  const later = JSON.stringify(seedRunai(testNow + 400 * day));
  const times = JSON.stringify(state).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
  expect(times.length).toBeGreaterThan(state.accounts.length);
  for (const time of times) {
    expect(later).toContain(new Date(Date.parse(time) + 400 * day).toISOString());
    expect(Date.parse(time)).toBeLessThan(testNow);
  }
});

test('no two things of a kind have the same id, and no two accounts the same name', () => {
  const { clusters, departments, projects, roles, accounts: all } = state;
  const kinds = [clusters.map(({ uuid }) => uuid), all.map(({ name }) => name)];
  const rest = [departments, projects, roles, all, state.rules].map((list) => list.map(({ id }) => String(id)));
  for (const ids of [...kinds, ...rest]) expect(new Set(ids).size).toBe(ids.length);
});

test('every rule names a role and a scope that exist', async () => {
  for (const rule of items(await deploy().send('GET', rules), 'accessRules')) {
    expect(rule['roleName']).not.toBe('');
    expect(rule['scopeName']).not.toBe('');
  }
});

test.each([
  ['a dozen accounts or so are there', names.size >= 12],
  ['one account is disabled', state.accounts.filter(({ enabled }) => !enabled).length === 1],
  ['some never signed in', state.accounts.filter((one) => one.lastLogin === null).length > 2],
  ['one has no times', state.accounts.some(({ createdAt }) => createdAt === null)],
  ['one was made by another', state.accounts.some(({ createdBy }) => names.has(createdBy))],
  ['one rule is left over', state.rules.some(({ subjectId }) => subjectId === 'old-batch')],
  ['its account is gone', !names.has('old-batch')],
  ['one rule is of type app', state.rules.filter((rule) => rule.subjectType === 'app').length === 1],
  ['one role is not effective', state.roles.filter(({ isEnabled }) => !isEnabled).length === 1],
  ['two projects share a name', new Set(state.projects.map(({ name }) => name)).size === 5],
])('%s', (_, isTrue) => {
  expect(isTrue).toBe(true);
});

test('the administrator can grant every role', async () => {
  const { send } = deploy();
  for (const { id: roleId } of state.roles) {
    const body = { subjectId: 'x', subjectType: 'user', roleId, scopeId: '1001', scopeType: 'tenant' };
    expect((await send('POST', rules, { body })).status).toBe(201);
  }
});

test('no secret and no token is ever in the state', async () => {
  const deployment = deploy();
  const token = await deployment.signIn(administrator);
  await deployment.send('POST', accounts, { token, body: { name: 'nightly' } });
  const text = JSON.stringify(deployment.state);
  const secrets = Object.values(runaiSandboxClients).map(({ clientSecret }) => clientSecret);
  for (const secret of [...secrets, token, 'secret-1']) expect(text).not.toContain(secret);
});
