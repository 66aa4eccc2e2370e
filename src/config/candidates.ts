import { lstatSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { systemCode } from '../files/system-error.ts';
import type { Ignored } from './setting.ts';

/** The paths that exist, by what may be done with them. */
export interface Candidates {
  readonly usable: readonly string[];
  /** They must not be read. */
  readonly refused: readonly Ignored[];
  /** The system does not say whether they exist, as in the home directory of another user. */
  readonly unreachable: readonly Ignored[];
}

/** What is refused of files that the user may not have written. */
export interface Strictness {
  /** Files of others; null where the system does not tell. */
  readonly owner: number | null;
}

/**
 * Finds which of `names` in `directory` are regular files, in the order of the names. With `strictness` links are refused: who
 * wrote one chooses what is read, and errors may show it. Nothing is opened, so that a pipe or a device cannot block.
 * Synchronous: every command looks for dozens of files that do not exist, and rejected promises would take longer.
 */
export function findCandidates(directory: string, names: readonly string[], strictness: Strictness | null): Candidates {
  const usable: string[] = [];
  const refused: Ignored[] = [];
  const unreachable: Ignored[] = [];
  for (const path of names.map((name) => join(directory, name))) {
    try {
      const link = lstatSync(path, { throwIfNoEntry: false });
      if (link === undefined) continue;
      const why = refusal(path, link, strictness);
      if (why === null) usable.push(path);
      else refused.push({ what: path, why });
    } catch (error) {
      const code = systemCode(error) ?? 'unknown error';
      if (code !== 'ENOTDIR') unreachable.push({ what: path, why: `it cannot be reached (${code})` });
    }
  }
  return { usable, refused, unreachable };
}

/** In bytes: enough for thousands of profiles; a project file may come from anyone. */
export const largestFile = 1024 * 1024;

/** Why what exists must not be read, or null. `link` is the path itself, not what it may point to. */
function refusal(path: string, link: Stats, strictness: Strictness | null): string | null {
  if (strictness !== null && link.isSymbolicLink()) return 'it is a symbolic link';
  const file = link.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : link;
  if (file === undefined) return 'its link leads nowhere';
  const owner = strictness?.owner ?? null;
  if (owner !== null && file.uid !== owner) return 'it belongs to another user';
  if (!file.isFile()) return 'it is not a regular file';
  return file.size > largestFile ? 'it is larger than 1 MiB' : null;
}
