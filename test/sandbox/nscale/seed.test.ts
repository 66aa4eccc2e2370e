import { describe, expect, test } from 'vitest';

import { organizationId, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { testNow } from '../../harness/context.ts';
import { accounts, deploy, write } from './deployment.ts';

const day = 86_400_000;
const state = seedNscale(testNow);
const ids = state.accounts.map(({ id }) => id);

test('the seed is the same for the same time, and shares nothing with the one before', () => {
  const again = seedNscale(testNow);
  expect(again).toEqual(state);
  again.accounts.pop();
  again.groups[0]?.accountIds.push('x');
  expect(seedNscale(testNow)).toEqual(state);
});

test('every time in the seed moves with the clock', () => {
  const later = JSON.stringify(seedNscale(testNow + 400 * day));
  const times = JSON.stringify(state).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g) ?? [];
  expect(times.length).toBeGreaterThan(ids.length);
  for (const time of times) {
    expect(later).toContain(new Date(Date.parse(time) + 400 * day).toISOString().slice(0, 19));
  }
});

test('every id is a UUIDv4 that begins with a letter, and no two are the same', () => {
  const all = [state.organizations, state.roles, state.groups, state.accounts].flat();
  for (const { id } of all) {
    expect(id).toMatch(/^[a-f][0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});

test('groups name only roles and accounts that exist', () => {
  const roles = state.roles.map(({ id }) => id);
  for (const group of state.groups) {
    expect(roles).toEqual(expect.arrayContaining([...group.roleIds]));
    expect(ids).toEqual(expect.arrayContaining(group.accountIds));
  }
});

describe('among the accounts', () => {
  const expiries = state.accounts.map(({ expiry }) => (Date.parse(expiry) - testNow) / day);
  const members = new Set(state.groups.flatMap(({ accountIds }) => accountIds));
  const names = state.accounts.map(({ name }) => name);

  test.each([
    ['a dozen or so are there', ids.length >= 12],
    ['some expire within days', expiries.some((days) => days > 0 && days < 7)],
    ['one expired 6 days ago', expiries.filter((days) => Math.round(days) === -6).length === 1],
    ['two share a name', new Set(names).size < names.length],
    ['one has no description', state.accounts.some(({ description }) => description === null)],
    ['one is in no group', ids.some((id) => !members.has(id))],
    ['one was made by another', state.accounts.some(({ createdBy }) => ids.includes(createdBy))],
    ['one is being deleted', state.accounts.some(({ deletionTime }) => deletionTime !== null)],
  ])('%s', (_, isTrue) => {
    expect(isTrue).toBe(true);
  });

  test('none is younger than its token, which lives 90 days', () => {
    for (const { creationTime, expiry } of state.accounts) {
      expect(Date.parse(creationTime)).toBeLessThanOrEqual(Date.parse(expiry) - 90 * day);
    }
  });
});

test('a second organization has a member, who is not the administrator', () => {
  const foreign = state.organizations.filter(({ id }) => id !== organizationId);
  const administrator = state.users[0];
  for (const { id } of foreign) {
    expect(Object.keys(administrator?.roles ?? {})).not.toContain(id);
    expect(state.users.some(({ roles }) => id in roles)).toBe(true);
  }
  expect(foreign).toHaveLength(1);
});

test('no token is ever in the state, neither of the seed nor issued later', async () => {
  const deployment = deploy();
  await deployment.send('POST', accounts, { body: write('a') });
  await deployment.send('POST', `${accounts}/${ids[0] ?? ''}/rotate`);
  const text = JSON.stringify(deployment.state);
  for (const token of [...Object.values(sandboxTokens), 'a.b.c.d.1', 'a.b.c.d.2']) {
    expect(text).not.toContain(token);
  }
});
