import { chmod, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { makeDirectory } from './make-directory.ts';
import { systemCode, systemReason } from './system-error.ts';
import { quoted } from '../model/text.ts';

/** Whose folder it has to be, on which system. */
export type Owner = Pick<Context, 'userId' | 'platform'>;

const elsewhere = { hint: 'set SACTL_STATE_DIR to another folder' };

/** Makes the folder, or makes sure of the one that is there: the user's own, and for nobody else. @throws UsageError */
export async function makePrivateDirectory(path: string, owner: Owner): Promise<void> {
  try {
    await makeLasting(path, owner);
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw unusable(path, systemReason(cause), cause);
  }
  await checkPrivateDirectory(path, owner);
}

/** Makes a folder, and those above it, for nobody else, and makes them last; what is there stays. @throws the system's error */
export async function makeLasting(path: string, owner: Owner): Promise<void> {
  const first = await makeDirectory(path, 0o700);
  if (first !== undefined) await syncParents({ path, first, owner });
}

/**
 * Checks a folder before it is believed, and takes other users' rights away.
 * @returns whether it is there
 * @throws UsageError when it is a symlink, no folder, or another user's
 */
export async function checkPrivateDirectory(path: string, owner: Owner): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) throw unusable(path, 'it is a symbolic link');
    if (!found.isDirectory()) throw unusable(path, 'it is not a folder');
    if (owner.userId !== null && found.uid !== owner.userId) {
      throw unusable(path, 'it belongs to another user');
    }
    if (owner.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(path, 0o700);
    return true;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (systemCode(error) === 'ENOENT') return false;
    throw unusable(path, systemReason(error), error);
  }
}

/** Makes what was created, renamed or removed in a folder last. Where the system has no way to do it, nothing happens. */
export async function syncDirectory(path: string, { platform }: Owner): Promise<void> {
  if (platform === 'win32') return;
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

/** A folder just made lasts when each one above it, up to the one that was there, is synchronised. */
async function syncParents({ path, first, owner }: { path: string; first: string; owner: Owner }): Promise<void> {
  const top = dirname(first);
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder)) {
    await syncDirectory(folder, owner);
    if (folder === dirname(folder)) return;
  }
}

function unusable(path: string, reason: string, cause?: unknown): UsageError {
  return new UsageError(`cannot use the folder ${quoted(path, 200)}: ${reason}`, {
    ...elsewhere,
    cause,
  });
}
