import type { Stats } from 'node:fs';
import { lstat, readlink, realpath } from 'node:fs/promises';

import { systemCode } from '../../files/system-error.ts';
import { attempt, refusal } from './system-call.ts';

/**
 * What is known of the regular file at `path`; null when nothing is there.
 * @throws TargetError for a symbolic link, naming where it leads, and for anything else that is not a regular file
 */
export async function regularFileAt(path: string): Promise<Stats | null> {
  const found = await attempt(`${path} cannot be reached`, () => statOrNull(path));
  if (found === null || found.isFile()) return found;
  if (found.isSymbolicLink()) {
    throw refusal(`${path} is a symbolic link to ${await destinationOf(path)}; name that instead`);
  }
  if (found.isDirectory()) throw refusal(`${path} is a folder; a file's name must follow`);
  throw refusal(`${path} is ${kindOf(found)}, not a regular file`);
}

/** Whether both are the same file, unchanged, or both nothing. */
export function isSameFile(before: Stats | null, now: Stats | null): boolean {
  if (before === null || now === null) return before === now;
  const keys = ['dev', 'ino', 'size', 'mtimeMs', 'mode', 'uid', 'gid'] as const;
  return keys.every((key) => before[key] === now[key]);
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function destinationOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return `${await readlink(path).catch(() => 'nowhere')}, where nothing is`;
  }
}

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}
