import { accountIn, type Inventory, type InventoryAccount } from './inventory.ts';

/** Everything that either has; of what both have, what `into` says stays. The same object where `from` adds nothing. */
export function mergeInventories(into: Inventory, from: Inventory): Inventory {
  return from.accounts.reduce(withAccount, into);
}

function withAccount(inventory: Inventory, account: InventoryAccount): Inventory {
  const twin = twinOf(inventory, account);
  if (twin === null) return { ...inventory, accounts: [...inventory.accounts, account] };
  const known = new Set(twin.tokens.map(tokenKey));
  const missing = account.tokens.filter((token) => !known.has(tokenKey(token)));
  if (missing.length === 0) return inventory;
  const merged = { ...twin, tokens: [...twin.tokens, ...missing] };
  return { ...inventory, accounts: inventory.accounts.map((one) => (one === twin ? merged : one)) };
}

/** The record of the same account: one that was made at the same time, or the only one of that name that is not deleted. */
function twinOf(inventory: Inventory, account: InventoryAccount): InventoryAccount | null {
  const { tenant, name, createdAt, deletedAt } = account;
  const same = inventory.accounts.find(
    (one) => one.tenant === tenant && one.name === name && one.createdAt === createdAt,
  );
  return same ?? (deletedAt === null ? accountIn(inventory, account) : null);
}

function tokenKey({ name, fingerprint }: InventoryAccount['tokens'][number]): string {
  return `${fingerprint} ${name}`;
}
