import * as z from 'zod/mini';

import { FailedError } from '../../errors.ts';
import { fieldsOf } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import type { KeptDocument } from '../../state/kept-document.ts';
import { mergeInventories } from './inventory-merge.ts';
import { accountIn, emptyInventory, type Inventory, type InventoryAccount } from './inventory.ts';

/** ISO 8601 in UTC, or null when it is not known. */
const Time = z.prefault(z.nullable(z.string()), null);

const Token = z.looseObject({
  name: z.string(),
  createdAt: Time,
  // Checked, so that no value can ever be recorded in its place.
  fingerprint: z.string().check(z.regex(/^sha256:[0-9a-f]{12}$/)),
  state: z.enum(['active', 'pending-revoke', 'revoked']),
  verified: z.prefault(z.boolean(), false),
  targets: z.prefault(z.array(z.string()), []),
  revokedAt: Time,
});

const Account = z.looseObject({
  tenant: z.url({ protocol: /^https$/ }),
  name: z.string(),
  description: z.prefault(z.nullable(z.string()), null),
  createdAt: Time,
  updatedAt: Time,
  tokens: z.prefault(z.array(Token), []),
  deletedAt: Time,
});

/** What the file holds; keys that this version does not know are kept. */
const StoredInventory = z.looseObject({ version: z.literal(1), accounts: z.array(Account) });

/** The inventory where it is kept: on this machine, or in a store for several. Without any token. */
export interface InventoryRecord {
  /** Empty where there is none yet. @throws UsageError when it is not to be trusted; FailedError */
  readonly read: () => Promise<Inventory>;
  /**
   * Puts what `change` makes of it in its place, durably, and loses nothing of what others change: then `change` is asked again.
   * Where `change` gives back the same object, or throws, nothing is written.
   * @returns what it holds then
   * @throws the same as `read`; ConflictError (`locked`) when another process does not let go of it
   */
  readonly update: (change: (inventory: Inventory) => Inventory) => Promise<Inventory>;
  /** Adds an account in memory, unless it has one of that name; the next change writes it. */
  readonly adopt: (account: InventoryAccount) => void;
}

/** Touches nothing yet. */
export function openInventory(document: () => Promise<KeptDocument>): InventoryRecord {
  let turn: Promise<unknown> = Promise.resolve();
  let adopted: readonly InventoryAccount[] = [];
  function withAdopted(inventory: Inventory): Inventory {
    const missing = adopted.filter((account) => accountIn(inventory, account) === null);
    if (missing.length === 0) return inventory;
    return { ...inventory, accounts: [...inventory.accounts, ...missing] };
  }
  return {
    read: async () => {
      const kept = await document();
      return withAdopted(readInventory(await kept.read(), kept));
    },
    update: (change) => {
      // Changes of this process wait for each other here, and not for the lock.
      const updated = turn.then(async () => update(await document(), (found) => change(withAdopted(found))));
      turn = updated.catch(() => undefined);
      return updated;
    },
    adopt: (account) => {
      adopted = [...adopted, account];
    },
  };
}

async function update(kept: KeptDocument, change: (inventory: Inventory) => Inventory): Promise<Inventory> {
  let after = emptyInventory;
  await kept.update((text) => {
    const before = readInventory(text, kept);
    after = change(before);
    return after === before ? null : textOf(after);
  });
  return after;
}

/** What `into` holds after all that `from` has was added; null where it has that already. @throws FailedError (`inventory`) */
export function mergedText(into: string | null, from: string, kept: Pick<KeptDocument, 'place'>): string | null {
  const before = readInventory(into, kept);
  const after = mergeInventories(before, readInventory(from, kept));
  return after === before ? null : textOf(after);
}

/** How many accounts it has. @throws FailedError (`inventory`) */
export function countOf(text: string | null, kept: Pick<KeptDocument, 'place'>): number {
  return readInventory(text, kept).accounts.length;
}

/** @throws FailedError (`inventory`) */
function readInventory(text: string | null, { place }: Pick<KeptDocument, 'place'>): Inventory {
  return text === null ? emptyInventory : parse(place, text);
}

function parse(path: string, text: string): Inventory {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, 'it is not JSON');
  }
  const { version } = fieldsOf(value);
  if (typeof version === 'number' && version > emptyInventory.version) {
    const message = `${quoted(path, 300)} was written by a newer version of sactl`;
    throw new FailedError('inventory', message, { provider: 'augment', hint: 'update sactl' });
  }
  const { inventory, misfit } = fit(value);
  if (inventory === null) throw damaged(path, misfit);
  return inventory;
}

/** The value as an inventory, or where it is none; that quotes names of keys only. */
function fit(value: unknown): { inventory: Inventory; misfit: null } | { inventory: null; misfit: string } {
  const parsed = StoredInventory.safeParse(value);
  if (parsed.success) return { inventory: parsed.data, misfit: null };
  const key = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return { inventory: null, misfit: `it does not fit at ${key === '' ? 'its top' : quoted(key, 100)}` };
}

/** Through the schema, so that no token can ever get where its fingerprint belongs. */
function textOf(changed: Inventory): string {
  const { inventory, misfit } = fit(changed);
  if (inventory === null) throw new Error(`the inventory must not be written: ${misfit}`);
  return `${JSON.stringify(inventory, undefined, 2)}\n`;
}

/** The text of one with nothing in it. */
export const emptyText = '{\n  "version": 1,\n  "accounts": []\n}\n';

/** What is wrong with an inventory that cannot be read. */
export function damaged(path: string, why: string): FailedError {
  const hint = 'move it away to start with an empty inventory; its records are lost then';
  return new FailedError('inventory', `cannot use ${quoted(path, 300)}: ${why}`, { provider: 'augment', hint });
}
