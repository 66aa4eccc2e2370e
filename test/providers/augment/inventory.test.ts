import { describe, expect, test } from 'vitest';

import {
  accountIn,
  addAccount,
  addToken,
  describeAccount,
  emptyInventory,
  markPendingRevoke,
  markRevoked,
  markVerified,
  noteDelivery,
  removeAccount,
  renameAccount,
  tokenIn,
} from '../../../src/providers/augment/inventory.ts';
import { findRecorded, recordedAccounts } from '../../../src/providers/augment/lookup.ts';
import {
  ci,
  ciOf,
  ciToken,
  fingerprint,
  first,
  later,
  otherFingerprint,
  otherTenant,
  recorded,
  tenant,
} from './recorded.ts';

const at = later;
const two = { ...ci, token: 'two', fingerprint: otherFingerprint, verified: false, at };

function code(expected: string): Error {
  return expect.objectContaining({ code: expected, provider: 'augment' }) as Error;
}

describe('accounts', () => {
  test('are recorded with their time and without tokens', () => {
    const { accounts } = addAccount(emptyInventory, { ...ci, description: 'Builds', at: first });
    expect(accounts).toEqual([
      { tenant, name: 'ci', description: 'Builds', createdAt: first, updatedAt: first, tokens: [], deletedAt: null },
    ]);
    expect(emptyInventory.accounts).toEqual([]);
  });

  test('have a name of their own in each tenant', () => {
    const account = { ...ci, description: null, at };
    expect(() => addAccount(recorded(), account)).toThrow(code('exists'));
    expect(addAccount(recorded(), { ...account, tenant: otherTenant }).accounts).toHaveLength(3);
  });

  test('get another description', () => {
    const inventory = describeAccount(recorded(), { ...ci, description: null, at });
    expect(ciOf(inventory)).toEqual({ ...ciOf(recorded()), description: null, updatedAt: later });
  });

  test('get another name, unless it is taken', () => {
    const renamed = renameAccount(recorded(), { ...ci, newName: 'build', at });
    expect(accountIn(renamed, ci)).toBeNull();
    expect(accountIn(renamed, { tenant, name: 'build' })?.tokens).toHaveLength(1);
    expect(renameAccount(recorded(), { ...ci, newName: 'ci', at }).accounts).toHaveLength(2);
    expect(() => renameAccount(recorded(), { ...ci, newName: 'docs', at })).toThrow(code('exists'));
  });

  test('take their tokens with them, stay in the records, and leave their name free', () => {
    const revokedBefore = markRevoked(addToken(recorded(), two), { ...two, at: first, verified: true });
    const inventory = removeAccount(revokedBefore, { ...ci, at });
    expect(accountIn(inventory, ci)).toBeNull();
    expect(ciOf(inventory)).toMatchObject({
      deletedAt: later,
      tokens: [
        { name: 'one', state: 'revoked', verified: false, revokedAt: later },
        { name: 'two', state: 'revoked', verified: true, revokedAt: first },
      ],
    });
    const again = addAccount(inventory, { ...ci, description: null, at });
    expect(accountIn(again, ci)?.tokens).toEqual([]);
    expect(again.accounts).toHaveLength(3);
  });

  test.each([
    ['describing', () => describeAccount(recorded(), { tenant, name: 'x', description: null, at })],
    ['renaming', () => renameAccount(recorded(), { tenant, name: 'x', newName: 'y', at })],
    ['removing', () => removeAccount(recorded(), { tenant: otherTenant, name: 'ci', at })],
    ['a token for', () => addToken(recorded(), { ...two, name: 'x' })],
  ])('have to be there: %s', (_, change) => {
    expect(change).toThrow(code('not_found'));
  });
});

describe('tokens', () => {
  test('are recorded as active, with nothing delivered', () => {
    const { tokens, updatedAt } = ciOf(addToken(recorded(), two));
    expect(updatedAt).toBe(later);
    expect(tokens[1]).toEqual({
      name: 'two',
      createdAt: later,
      fingerprint: otherFingerprint,
      state: 'active',
      verified: false,
      targets: [],
      revokedAt: null,
    });
  });

  test('may be recorded twice, and are verified once they were seen to work', () => {
    const inventory = addToken(recorded(), two);
    expect(addToken(inventory, two)).toBe(inventory);
    const verified = addToken(inventory, { ...two, verified: true });
    expect(tokenIn(verified, two).verified).toBe(true);
    expect(addToken(verified, two)).toBe(verified);
    expect(tokenIn(markVerified(inventory, two), two)).toEqual(tokenIn(verified, two));
  });

  test('keep their name to themselves, also when they are revoked', () => {
    const added = { ...ciToken, fingerprint: otherFingerprint, verified: true, at };
    expect(() => addToken(recorded(), added)).toThrow(code('exists'));
    const inventory = markRevoked(recorded(), { ...ciToken, verified: true, at });
    expect(() => addToken(inventory, added)).toThrow(code('exists'));
    expect(() => addToken(inventory, { ...added, fingerprint })).toThrow(code('exists'));
  });

  test.each([
    ['of the same account', 'ci'],
    ['of another account', 'docs'],
  ])('are not new when they are known, by whatever name: %s', (_, name) => {
    const added = { tenant, name, token: 'two', fingerprint, verified: true, at };
    expect(() => addToken(recorded(), added)).toThrow('this is the token "one" of "ci"');
    const deleted = removeAccount(recorded(), { ...ci, at });
    const again = addAccount(deleted, { ...ci, description: null, at });
    expect(() => addToken(again, added)).toThrow(code('exists'));
  });

  test('go from active over pending to revoked', () => {
    const pending = markPendingRevoke(recorded(), { ...ciToken, at });
    expect(tokenIn(pending, ciToken)).toMatchObject({ state: 'pending-revoke', verified: true });
    const revoked = markRevoked(pending, { ...ciToken, verified: false, at });
    expect(tokenIn(revoked, ciToken)).toMatchObject({ state: 'revoked', verified: false, revokedAt: later });
    expect(() => markPendingRevoke(revoked, { ...ciToken, at })).toThrow(code('conflict'));
  });

  test('can only become more certainly revoked, and keep the first time', () => {
    const asserted = markRevoked(recorded(), { ...ciToken, verified: false, at: first });
    const seen = markRevoked(asserted, { ...ciToken, verified: true, at });
    const said = markRevoked(seen, { ...ciToken, verified: false, at });
    for (const inventory of [seen, said]) {
      expect(tokenIn(inventory, ciToken)).toMatchObject({ verified: true, revokedAt: first });
    }
  });

  test('take a target over from those that were there', () => {
    const targets = ['session:/a', 'gh-secret:o/r#X'];
    const before = noteDelivery(recorded(), { ...ciToken, targets, at });
    const inventory = noteDelivery(addToken(before, two), {
      ...two,
      targets: ['session:/a', 'session:/a', 'session:/b'],
    });
    expect(tokenIn(inventory, ciToken).targets).toEqual(['gh-secret:o/r#X']);
    expect(tokenIn(inventory, two).targets).toEqual(['session:/a', 'session:/b']);
  });

  test.each([
    ['verified', () => markVerified(recorded(), { ...ci, token: 'x', at })],
    ['pending', () => markPendingRevoke(recorded(), { ...ci, token: 'x', at })],
    ['revoked', () => markRevoked(recorded(), { ...ci, token: 'x', at, verified: true })],
    ['delivered', () => noteDelivery(recorded(), { ...ci, token: 'x', at, targets: [] })],
  ])('have to be there to be %s', (_, change) => {
    expect(change).toThrow('"ci" has no token "x"');
  });
});

describe('looking up', () => {
  const inventory = addAccount(recorded(), { tenant: otherTenant, name: 'docs', description: null, at });

  test.each([
    ['an id', 'i1.api.augmentcode.com/docs', null, otherTenant],
    ['a unique name', 'ci', null, tenant],
    ['a name within a tenant', 'docs', otherTenant, otherTenant],
  ])('takes %s', (_, reference, within, expected) => {
    expect(findRecorded(inventory, { reference, tenant: within }).tenant).toBe(expected);
  });

  test('names the ids where a name has several', () => {
    expect(() => findRecorded(inventory, { reference: 'docs', tenant: null })).toThrow(
      '2 Augment accounts go by "docs": d1.api.augmentcode.com/docs, i1.api.augmentcode.com/docs',
    );
  });

  test('says that it knows this machine only', () => {
    const deleted = removeAccount(inventory, { ...ci, at });
    for (const [reference, within] of [
      ['x', null],
      ['ci', otherTenant],
    ] as const) {
      expect(() => findRecorded(inventory, { reference, tenant: within })).toThrow(
        'only accounts recorded on this machine are known',
      );
    }
    expect(() => findRecorded(deleted, { reference: 'ci', tenant: null })).toThrow(code('not_found'));
    expect(recordedAccounts(deleted, null)).toHaveLength(2);
    expect(recordedAccounts(inventory, tenant)).toHaveLength(2);
  });
});
