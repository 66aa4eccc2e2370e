import { join } from 'node:path';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

import type { Context } from '../../context.ts';
import { FailedError, UsageError } from '../../errors.ts';
import type { AccountLocks } from '../../state/account-lock.ts';
import type { KeptDocument } from '../../state/kept-document.ts';
import {
  checkPrivateDirectory,
  makePrivateDirectory,
  noFollow,
  ownFileProblem,
  syncDirectory,
} from '../../files/private-directory.ts';
import { damaged } from './inventory-record.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { decodeText } from '../../files/bounded-file.ts';
import { quoted } from '../../model/text.ts';

export interface InventoryOptions extends Pick<Context, 'platform' | 'userId' | 'sleep'> {
  /** Absolute; a folder of its own. */
  readonly directory: string;
  /** The process's: it has only one set of locks. */
  readonly locks: AccountLocks;
}

/** The inventory on the disk: a file of mode 0600 in a folder of mode 0700. Touches nothing yet. */
export function inventoryFile(options: InventoryOptions): KeptDocument {
  const { directory, locks, sleep } = options;
  return {
    place: pathIn(options),
    read: async () => ((await checkPrivateDirectory(directory, options)) ? readText(options) : null),
    update: async (change) => {
      await makePrivateDirectory(directory, options);
      // A change takes milliseconds; a lock that stays in the same hands for five seconds is reported.
      const lock = await locks.lock(
        { key: ['augment', 'inventory', pathIn(options)], name: 'the Augment inventory' },
        { sleep, pauseMs: 50, pauses: 100 },
      );
      try {
        const next = change(await readText(options));
        if (next !== null) await writeText(options, next);
      } finally {
        await lock.release();
      }
    },
  };
}

function pathIn({ directory }: InventoryOptions): string {
  return join(directory, 'inventory.json');
}

const largestInventory = 16 * 1024 * 1024;

/** Null where there is no file. @throws UsageError when it is not to be trusted; FailedError (`inventory`) */
async function readText(options: InventoryOptions): Promise<string | null> {
  const path = pathIn(options);
  try {
    const bytes = await readBytes(path, options);
    if (bytes === null) return null;
    const { text, problem } = decodeText(bytes);
    if (problem !== null) throw damaged(path, problem);
    return text;
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

/** @throws FailedError (`inventory`) */
async function writeText(options: InventoryOptions, text: string): Promise<void> {
  const path = pathIn(options);
  try {
    await replaceFile(path, text, { retry: options, flushFolder: (folder) => syncDirectory(folder, options) });
  } catch (cause) {
    const message = `cannot write ${quoted(path, 300)}: ${systemReason(cause)}`;
    throw new FailedError('inventory', message, { provider: 'augment', cause });
  }
}
