import { join } from 'node:path';

import type { Context } from '../../context.ts';
import { ConflictError } from '../../errors.ts';
import type { AccountLock, AccountLocks } from '../../state/account-lock.ts';
import { checkPrivateDirectory, makePrivateDirectory } from '../../files/private-directory.ts';
import { readInventory, writeInventory } from './inventory-disk.ts';
import { accountIn } from './inventory.ts';
import { emptyInventory, type Inventory, type InventoryAccount } from './inventory-schema.ts';

/** The inventory on the disk: a file of mode 0600 in a folder of mode 0700, without any token. */
export interface InventoryFile {
  readonly path: string;
  /**
   * What it holds now; empty where there is none yet.
   * @throws UsageError when folder or file are not to be trusted; FailedError (`inventory`) when it cannot be read
   */
  readonly read: () => Promise<Inventory>;
  /**
   * Puts what `change` makes of it in its place, on the disk, while no other process changes it. Where `change` gives
   * back the same object, or throws, nothing is written.
   * @returns what it holds then
   * @throws the same as `read`; ConflictError (`locked`) when another process does not let go of it
   */
  readonly update: (change: (inventory: Inventory) => Inventory) => Promise<Inventory>;
  /** Has it hold this account, too, where it has none of that name; the next change writes it. */
  readonly assume: (account: InventoryAccount) => void;
}

export interface InventoryOptions extends Pick<Context, 'platform' | 'userId' | 'sleep'> {
  /** Absolute; a folder of its own. */
  readonly directory: string;
  /** The process's: it has only one set of locks. */
  readonly locks: AccountLocks;
}

interface Place extends InventoryOptions {
  readonly path: string;
}

/** Touches nothing yet. */
export function openInventory(options: InventoryOptions): InventoryFile {
  const place = { ...options, path: join(options.directory, 'inventory.json') };
  let turn: Promise<unknown> = Promise.resolve();
  let assumed: readonly InventoryAccount[] = [];
  function withAssumed(inventory: Inventory): Inventory {
    const missing = assumed.filter((account) => accountIn(inventory, account) === null);
    if (missing.length === 0) return inventory;
    return { ...inventory, accounts: [...inventory.accounts, ...missing] };
  }
  return {
    path: place.path,
    read: async () => {
      const isThere = await checkPrivateDirectory(place.directory, place);
      return withAssumed(isThere ? await readInventory(place) : emptyInventory);
    },
    update: (change) => {
      // Changes of this process wait for each other here, and not for the lock.
      const updated = turn.then(() => update(place, (found) => change(withAssumed(found))));
      turn = updated.catch(() => undefined);
      return updated;
    },
    assume: (account) => {
      assumed = [...assumed, account];
    },
  };
}

async function update(place: Place, change: (inventory: Inventory) => Inventory): Promise<Inventory> {
  await makePrivateDirectory(place.directory, place);
  const lock = await lockPatiently(place);
  try {
    const before = await readInventory(place);
    const after = change(before);
    if (after !== before) await writeInventory(place, after);
    return after;
  } finally {
    await lock.release();
  }
}

const pauseMs = 50;
const patience = 100;

/** Whoever changes the inventory needs milliseconds; a lock that stays for five seconds is reported. */
async function lockPatiently({ locks, path, sleep }: Place): Promise<AccountLock> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await locks.lock({
        key: ['augment', 'inventory', path],
        name: 'the Augment inventory',
      });
    } catch (error) {
      if (!(error instanceof ConflictError) || pauses === patience) throw error;
      await sleep(pauseMs);
    }
  }
}
