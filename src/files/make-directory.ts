import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { systemCode } from './system-error.ts';

/**
 * Makes a folder and those above it, one by one: Node's own way of doing so never ends on file systems that refuse in an
 * unexpected manner, such as /proc. What is there stays as it is.
 * @returns the topmost folder that was made; undefined when all were there
 * @throws the system's error, e.g. `EACCES`
 */
export async function makeDirectory(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const first = await makeDirectory(dirname(path), mode);
  await mkdir(path, { mode }).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
  return first ?? path;
}
