import { describe, expect, test } from 'vitest';

import { activeAccount, toAccount } from '../../../src/providers/augment/schema.ts';
import { addToken, markPendingRevoke, markRevoked, type Inventory } from '../../../src/providers/augment/inventory.ts';
import { ci, ciOf, ciToken, fingerprint, later, otherFingerprint, recorded, tenant } from './recorded.ts';

const at = later;

test('a recorded account has every key of the model, and says that it is local', () => {
  const account = toAccount(ciOf(recorded()), 'work');
  const day = '2026-11-01T10:00:00Z';
  expect(account).toEqual({
    provider: 'augment',
    profile: 'work',
    id: 'd1.api.augmentcode.com/ci',
    name: 'ci',
    description: 'Builds',
    organization: tenant,
    status: 'active',
    enabled: null,
    clientId: null,
    groups: [],
    tags: {},
    accessRules: null,
    createdAt: day,
    createdBy: null,
    updatedAt: day,
    lastUsedAt: null,
    expiresAt: null,
    tokens: [{ name: 'one', createdAt: day, fingerprint, state: 'active', verified: true }],
    raw: { ...ciOf(recorded()), source: 'inventory', complete: false },
  });
});

describe('the status', () => {
  const asserted = { ...ci, token: 'two', fingerprint: otherFingerprint, verified: false, at };
  const revoked = markRevoked(recorded(), { ...ciToken, verified: true, at });

  test.each<[string, Inventory, string]>([
    ['a token that was seen to work', addToken(recorded(), asserted), 'active'],
    ['such a token that is to be revoked', markPendingRevoke(recorded(), { ...ciToken, at }), 'active'],
    ['a revoked token', revoked, 'unknown'],
    ['a token that nobody has tried', addToken(revoked, asserted), 'unknown'],
  ])('with %s', (_, inventory, status) => {
    expect(toAccount(ciOf(inventory), null).status).toBe(status);
  });
});

test('an account that was only seen at work has a name, and nothing that was not seen', () => {
  const account = activeAccount({ tenant, name: 'release-notes' }, null);
  expect(Object.keys(account).toSorted()).toEqual(Object.keys(toAccount(ciOf(recorded()), null)).toSorted());
  expect(account).toMatchObject({
    id: 'd1.api.augmentcode.com/release-notes',
    status: 'active',
    createdAt: null,
    tokens: [],
    raw: { tenant, name: 'release-notes', source: 'analytics', complete: false },
  });
});
