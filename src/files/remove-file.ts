import { unlink } from 'node:fs/promises';

import { systemCode } from './system-error.ts';

/** Removes a file, if it is there: one call of the system, where Node's `rm` makes three. @throws the system's error */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
