import { lstatSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import type { Context } from './context.ts';
import type { EnableCompileCache } from './node-module.d.ts';

/** What of the process says whose the cache is, and where. */
export interface CacheOwner {
  readonly env: Context['env'];
  /** Null on a system whose files have no owner of this kind. */
  readonly userId: number | null;
  /** What the disk of a folder has room for. Default: as the system says. */
  readonly freeBytes?: (folder: string) => number;
}

/** On a full disk, Node would leave an empty file for each that it cannot write, and others with every start. */
const leastFree = 16 * 1024 * 1024;

/**
 * Lets Node keep what V8 compiled of the program, and take it at the next start: of what `sa list` takes, that is a sixth.
 * Node runs what it finds there, so the folder, and those that lead to it from the user's home, must be the user's own and
 * closed to the writing of all others; with any doubt nothing is kept. `enable` is Node's `enableCompileCache`, which Node 20
 * does not have. Never throws.
 */
export function keepCompiled(
  { env, userId, freeBytes = freeBytesAt }: CacheOwner,
  enable: EnableCompileCache | undefined,
): void {
  const folders = foldersIn(env);
  const folder = folders.at(-1);
  if (enable === undefined || folder === undefined || userId === null) return;
  try {
    const areOwn = folders.every((path, depth) =>
      isOwn(path, { userId, isBase: depth === 0, isLast: path === folder }),
    );
    if (areOwn && freeBytes(folder) >= leastFree) enable(folder);
  } catch {
    // A disk that is full or may not be written to: the program starts as it does without.
  }
}

/** The folder, behind those that lead to it; the first one is not ours to make. */
function foldersIn({ XDG_CACHE_HOME: cache = '', HOME: home = '' }: Context['env']): readonly string[] {
  if (isAbsolute(cache)) return [cache, join(cache, 'sactl')];
  return isAbsolute(home) ? [home, join(home, '.cache'), join(home, '.cache', 'sactl')] : [];
}

interface Place {
  readonly userId: number;
  readonly isBase: boolean;
  readonly isLast: boolean;
}

/** Under `sudo`, a home may be another user's; a link may lead to anywhere. @throws the system's error */
function isOwn(path: string, { userId, isBase, isLast }: Place): boolean {
  const stats = { throwIfNoEntry: false } as const;
  const found = isBase ? statSync(path, stats) : lstatSync(path, stats);
  // What Node makes in the last one has the modes that the umask leaves, so that others must not even get there.
  const others = isLast ? 0o077 : 0o022;
  if (found !== undefined) return found.isDirectory() && found.uid === userId && (found.mode & others) === 0;
  if (isBase) return false;
  mkdirSync(path, 0o700);
  return true;
}

/** For users without privileges. @throws the system's error */
function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
