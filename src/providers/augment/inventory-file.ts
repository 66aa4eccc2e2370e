import { join } from 'node:path';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

import * as z from 'zod/mini';

import type { Context } from '../../context.ts';
import { FailedError, UsageError } from '../../errors.ts';
import { fieldsOf } from '../../model/account.ts';
import type { AccountLocks } from '../../state/account-lock.ts';
import {
  checkPrivateDirectory,
  makePrivateDirectory,
  noFollow,
  ownFileProblem,
  syncDirectory,
} from '../../files/private-directory.ts';
import { accountIn, emptyInventory, type Inventory, type InventoryAccount } from './inventory.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { decodeText } from '../../files/bounded-file.ts';
import { quoted } from '../../model/text.ts';

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

/** The inventory on the disk: a file of mode 0600 in a folder of mode 0700, without any token. */
export interface InventoryFile {
  readonly path: string;
  /** Empty where there is none yet. @throws UsageError when folder or file are not to be trusted; FailedError */
  readonly read: () => Promise<Inventory>;
  /**
   * Puts what `change` makes of it in its place, on the disk, while no other process changes it. Where `change` gives
   * back the same object, or throws, nothing is written.
   * @returns what it holds then
   * @throws the same as `read`; ConflictError (`locked`) when another process does not let go of it
   */
  readonly update: (change: (inventory: Inventory) => Inventory) => Promise<Inventory>;
  /** Adds an account in memory, unless it has one of that name; the next change writes it. */
  readonly adopt: (account: InventoryAccount) => void;
}

export interface InventoryOptions extends Pick<Context, 'platform' | 'userId' | 'sleep'> {
  /** Absolute; a folder of its own. */
  readonly directory: string;
  /** The process's: it has only one set of locks. */
  readonly locks: AccountLocks;
}

/** Touches nothing yet. */
export function openInventory(options: InventoryOptions): InventoryFile {
  let turn: Promise<unknown> = Promise.resolve();
  let adopted: readonly InventoryAccount[] = [];
  function withAdopted(inventory: Inventory): Inventory {
    const missing = adopted.filter((account) => accountIn(inventory, account) === null);
    if (missing.length === 0) return inventory;
    return { ...inventory, accounts: [...inventory.accounts, ...missing] };
  }
  return {
    path: pathIn(options),
    read: async () => {
      const isThere = await checkPrivateDirectory(options.directory, options);
      return withAdopted(isThere ? await readInventory(options) : emptyInventory);
    },
    update: (change) => {
      // Changes of this process wait for each other here, and not for the lock.
      const updated = turn.then(() => update(options, (found) => change(withAdopted(found))));
      turn = updated.catch(() => undefined);
      return updated;
    },
    adopt: (account) => {
      adopted = [...adopted, account];
    },
  };
}

function pathIn({ directory }: InventoryOptions): string {
  return join(directory, 'inventory.json');
}

async function update(options: InventoryOptions, change: (inventory: Inventory) => Inventory): Promise<Inventory> {
  const { directory, locks, sleep } = options;
  await makePrivateDirectory(directory, options);
  // A change takes milliseconds; a lock that stays in the same hands for five seconds is reported.
  const lock = await locks.lock(
    { key: ['augment', 'inventory', pathIn(options)], name: 'the Augment inventory' },
    { sleep, pauseMs: 50, pauses: 100 },
  );
  try {
    const before = await readInventory(options);
    const after = change(before);
    if (after !== before) await writeInventory(options, after);
    return after;
  } finally {
    await lock.release();
  }
}

const largestInventory = 16 * 1024 * 1024;

/** Empty where there is no file. @throws UsageError when it is not to be trusted; FailedError (`inventory`) */
async function readInventory(options: InventoryOptions): Promise<Inventory> {
  const path = pathIn(options);
  try {
    const bytes = await readBytes(path, options);
    if (bytes === null) return emptyInventory;
    const { text, problem } = decodeText(bytes);
    if (problem !== null) throw damaged(path, problem);
    return parse(path, text);
  } catch (error) {
    if (error instanceof UsageError || error instanceof FailedError) throw error;
    const message = `cannot read ${quoted(path, 300)}: ${systemReason(error)}`;
    throw new FailedError('inventory', message, { provider: 'augment', cause: error });
  }
}

/** The file's bytes, null when there is none. @throws UsageError when it is not the user's own regular file */
async function readBytes(path: string, { userId }: InventoryOptions): Promise<Uint8Array | null> {
  try {
    const found = await lstat(path);
    const problem = ownFileProblem(found, { userId });
    if (problem !== null) {
      const hint = 'set SACTL_STATE_DIR to another folder';
      throw new UsageError(`cannot use ${quoted(path, 300)}: ${problem}`, { provider: 'augment', hint });
    }
    if (found.size > largestInventory) throw damaged(path, 'it is larger than 16 MiB');
    const file = await open(path, constants.O_RDONLY | noFollow());
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
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
    const message = `${quoted(path, 300)} is of a newer version of sactl`;
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

/** Through the schema, so that no token can ever get where its fingerprint belongs. @throws FailedError (`inventory`) */
async function writeInventory(options: InventoryOptions, changed: Inventory): Promise<void> {
  const path = pathIn(options);
  const { inventory, misfit } = fit(changed);
  if (inventory === null) throw new Error(`the inventory must not be written: ${misfit}`);
  const text = `${JSON.stringify(inventory, undefined, 2)}\n`;
  try {
    await replaceFile(path, text, { retry: options, flushFolder: (folder) => syncDirectory(folder, options) });
  } catch (cause) {
    const message = `cannot write ${quoted(path, 300)}: ${systemReason(cause)}`;
    throw new FailedError('inventory', message, { provider: 'augment', cause });
  }
}

function damaged(path: string, why: string): FailedError {
  const hint = 'move it away to begin with an empty inventory; what it recorded is then no longer known';
  return new FailedError('inventory', `cannot use ${quoted(path, 300)}: ${why}`, { provider: 'augment', hint });
}
