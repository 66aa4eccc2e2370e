import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { FailedError, UsageError } from '../../errors.ts';
import { noFollow, ownFileProblem } from '../../files/own-file.ts';
import { syncDirectory, type Owner } from '../../files/private-directory.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { decodeText } from '../../files/text-file.ts';
import { quoted } from '../../model/text.ts';
import { emptyInventory, StoredInventory, type Inventory } from './inventory-schema.ts';

/** Where an inventory is, in a folder that was checked, and whose it has to be. */
export interface InventoryPlace extends Owner {
  readonly path: string;
}

const largestInventory = 16 * 1024 * 1024;

/**
 * What the file holds; empty where there is none.
 * @throws UsageError when it is not to be trusted; FailedError (`inventory`)
 */
export async function readInventory(place: InventoryPlace): Promise<Inventory> {
  const { path } = place;
  try {
    const bytes = await readBytes(place);
    if (bytes === null) return emptyInventory;
    const { text, problem } = decodeText(bytes);
    if (problem !== null) throw damaged(path, problem);
    return parse(path, text);
  } catch (error) {
    if (error instanceof UsageError || error instanceof FailedError) throw error;
    throw new FailedError('inventory', `cannot read ${quoted(path, 300)}: ${systemReason(error)}`, {
      provider: 'augment',
      cause: error,
    });
  }
}

/** The file's bytes, null when there is none. @throws UsageError when it is not the user's own regular file */
async function readBytes({ path, userId }: InventoryPlace): Promise<Uint8Array | null> {
  try {
    const found = await lstat(path);
    const problem = ownFileProblem(found, { userId });
    if (problem !== null) throw untrusted(path, problem);
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
  if (isOfNewerVersion(value)) {
    throw new FailedError('inventory', `${quoted(path, 300)} is of a newer version of sactl`, {
      provider: 'augment',
      hint: 'update sactl',
    });
  }
  const { inventory, misfit } = fit(value);
  if (inventory === null) throw damaged(path, misfit);
  return inventory;
}

/** The value as an inventory, or where it is none; that quotes names of keys only. */
function fit(value: unknown): { inventory: Inventory; misfit: null } | { inventory: null; misfit: string } {
  const parsed = StoredInventory.safeParse(value);
  if (parsed.success) return { inventory: parsed.data, misfit: null };
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  const place = where === '' ? 'its top' : quoted(where, 100);
  return { inventory: null, misfit: `it does not fit at ${place}` };
}

function isOfNewerVersion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('version' in value)) return false;
  return typeof value.version === 'number' && value.version > emptyInventory.version;
}

/**
 * Puts it in the file's place, and on the disk: through the schema, so that no token can ever get where its fingerprint
 * belongs. @throws FailedError (`inventory`)
 */
export async function writeInventory(place: InventoryPlace, changed: Inventory): Promise<void> {
  const { path } = place;
  const { inventory, misfit } = fit(changed);
  if (inventory === null) throw new Error(`the inventory must not be written: ${misfit}`);
  const text = `${JSON.stringify(inventory, undefined, 2)}\n`;
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(path, text, { mode: 0o600 });
    await syncDirectory(dirname(path), place);
  } catch (cause) {
    throw new FailedError('inventory', `cannot write ${quoted(path, 300)}: ${systemReason(cause)}`, {
      provider: 'augment',
      cause,
    });
  }
}

function damaged(path: string, why: string): FailedError {
  return new FailedError('inventory', `cannot use ${quoted(path, 300)}: ${why}`, {
    provider: 'augment',
    hint: 'move it away to begin with an empty inventory; what it recorded is then no longer known',
  });
}

function untrusted(path: string, why: string): UsageError {
  return new UsageError(`cannot use ${quoted(path, 300)}: ${why}`, {
    provider: 'augment',
    hint: 'set SACTL_STATE_DIR to another folder',
  });
}
