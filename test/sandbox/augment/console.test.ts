import { describe, expect, test } from 'vitest';

import { createAccount, deleteAccount, issueToken, revokeToken } from '../../../src/sandbox/augment/console.ts';
import { augmentSandbox, seedAugment } from '../../../src/sandbox/augment/seed.ts';
import { isAugmentState } from '../../../src/sandbox/augment/state.ts';
import { testNow } from '../../harness/context.ts';
import { counts, deploy, docs, reviewer } from './deployment.ts';

const now = testNow;

describe('a new token', () => {
  test('comes as the session.json that can be downloaded, works, and is not in the state', async () => {
    const { state, get } = deploy();
    const session = issueToken(state, { account: reviewer.account, token: 'second', now });
    expect(session).toEqual({
      accessToken: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      tenantURL: augmentSandbox.tenantURL,
      scopes: ['read', 'write'],
    });
    expect((await get(counts, session.accessToken)).status).toBe(200);
    expect((await get(counts, reviewer.value)).status).toBe(200);
    expect(JSON.stringify(state)).not.toContain(session.accessToken);
  });

  test('is another one each time', () => {
    const { state } = deploy();
    const first = issueToken(state, { account: reviewer.account, token: 'a', now });
    const second = issueToken(state, { account: reviewer.account, token: 'b', now });
    expect(first.accessToken).not.toBe(second.accessToken);
  });

  test.each([
    ['an account that does not exist', 'nobody', 'second', 'not_found'],
    ['a name that the account has given', reviewer.account, reviewer.token, 'exists'],
    ['a name that a revoked token has', docs.account, docs.revoked.token, 'exists'],
    ['no name', reviewer.account, ' ', 'usage'],
  ])('is refused for %s', (_, account, token, code) => {
    const { state } = deploy();
    const before = structuredClone(state);
    expect(() => issueToken(state, { account, token, now })).toThrow(expect.objectContaining({ code }));
    expect(state).toEqual(before);
  });
});

describe('revoking', () => {
  test('ends one token at once, and no other', async () => {
    const { state, get } = deploy();
    const other = issueToken(state, { account: reviewer.account, token: 'second', now });
    revokeToken(state, { account: reviewer.account, token: reviewer.token, now });
    expect((await get(counts, reviewer.value)).status).toBe(401);
    expect((await get(counts, other.accessToken)).status).toBe(200);
  });

  test.each([
    ['nobody', 'x'],
    [reviewer.account, 'x'],
    [docs.account, docs.revoked.token],
  ])('is refused where %s has no working token %s', (account, token) => {
    expect(() => revokeToken(deploy().state, { account, token, now })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });
});

describe('an account', () => {
  test('begins without tokens', () => {
    const { state } = deploy();
    createAccount(state, { name: 'ci_New-1', description: 'x', now });
    expect(state.accounts.at(-1)).toEqual({
      name: 'ci_New-1',
      description: 'x',
      createdAt: '2026-11-22T12:00:00.000Z',
      tokens: [],
    });
  });

  test.each([
    ['a name that is taken', reviewer.account, 'exists'],
    ['a blank in its name', 'ci new', 'usage'],
    ['no name', '', 'usage'],
    ['more than 100 characters', 'a'.repeat(101), 'usage'],
  ])('is refused for %s', (_, name, code) => {
    expect(() => createAccount(deploy().state, { name, now })).toThrow(expect.objectContaining({ code }));
  });

  test('takes its tokens with it, and leaves its name free', async () => {
    const { state, get } = deploy();
    deleteAccount(state, { account: reviewer.account });
    expect((await get(counts, reviewer.value)).status).toBe(401);
    expect((await get(counts, docs.value)).status).toBe(200);
    createAccount(state, { name: reviewer.account, now });
    expect((await get(counts, reviewer.value)).status).toBe(401);
    deleteAccount(state, { account: reviewer.account });
    expect(() => deleteAccount(state, { account: reviewer.account })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });
});

describe('the seed', () => {
  test('is the same for the same time, shares nothing with the one before, and is JSON', () => {
    const state = seedAugment(now);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    issueToken(state, { account: reviewer.account, token: 'second', now });
    state.activity.pop();
    expect(seedAugment(now)).toEqual(deploy().state);
    expect(seedAugment(now)).not.toEqual(state);
  });

  test('has two accounts with a working token each, and no token itself', () => {
    const { accounts } = seedAugment(now);
    expect(accounts.map(({ tokens }) => tokens.filter(({ revokedAt }) => revokedAt === null).length)).toEqual([1, 1]);
    for (const { value } of [reviewer, docs, docs.revoked]) {
      expect(JSON.stringify(accounts)).not.toContain(value);
    }
  });

  test('is at a tenant that can never be real', () => {
    expect(new URL(seedAugment(now).tenantURL).hostname).toMatch(/\.invalid$/);
  });

  test('is recognized among other JSON', () => {
    expect(isAugmentState(seedAugment(now))).toBe(true);
    for (const other of [null, 'x', {}, { tenantURL: 'x', accounts: [] }, { accounts: [], activity: [] }]) {
      expect(isAugmentState(other)).toBe(false);
    }
  });
});
