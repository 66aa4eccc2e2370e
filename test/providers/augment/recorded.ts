import {
  addAccount,
  addToken,
  emptyInventory,
  type Inventory,
  type InventoryAccount,
} from '../../../src/providers/augment/inventory.ts';

export const tenant = 'https://d1.api.augmentcode.com';
export const otherTenant = 'https://i1.api.augmentcode.com';
export const first = '2026-11-01T10:00:00.000Z';
export const later = '2026-11-22T12:00:00.000Z';
export const ci = { tenant, name: 'ci' };
export const ciToken = { ...ci, token: 'one' };
export const fingerprint = 'sha256:0123456789ab';
export const otherFingerprint = 'sha256:ba9876543210';

/** `ci` with the token `one`, and `docs` without tokens, recorded at `first`. */
export function recorded(): Inventory {
  const accounts = addAccount(addAccount(emptyInventory, { ...ci, description: 'Builds', at: first }), {
    tenant,
    name: 'docs',
    description: null,
    at: first,
  });
  return addToken(accounts, { ...ciToken, fingerprint, verified: true, at: first });
}

/** The account `ci`; an error of the test when it is not there. */
export function ciOf({ accounts }: Inventory): InventoryAccount {
  const found = accounts.find(({ name }) => name === ci.name);
  if (found === undefined) throw new Error('this test expects an account');
  return found;
}
