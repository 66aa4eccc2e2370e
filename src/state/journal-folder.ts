import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { EntryPlace } from './stored-entry.ts';

/** The folder of the journal, e.g. `~/.local/state/sactl/journal`. */
export function journalDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'journal');
}

/** What a file is named that is no entry yet. */
export const trialPrefix = '.preflight-';

const suffix = '.jsonl';

/** Where the entry of this id is, or would be. */
export function entryPlace(directory: string, id: string): EntryPlace {
  return { id, path: join(directory, `${id}${suffix}`) };
}

/** The id of the entry in a file of this name; null when it is not the name of an entry. */
export function entryIdOf(fileName: string): string | null {
  const id = fileName.endsWith(suffix) ? fileName.slice(0, -suffix.length) : '';
  return isEntryId(id) ? id : null;
}

/** Whether it can name a file; nothing else that a user types may. */
export function isEntryId(id: string): boolean {
  return /^[A-Za-z0-9-]{4,64}$/.test(id);
}

/**
 * Removes trials of processes that were killed while they made them; they hold nothing.
 * @param isOld whether a time, in milliseconds since the epoch, is long ago
 */
export async function sweepTrials(
  directory: string,
  names: readonly string[],
  isOld: (time: number) => boolean,
): Promise<void> {
  for (const name of names.filter((one) => one.startsWith(trialPrefix))) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && isOld(found.mtimeMs)) await rm(path, { force: true }).catch(() => undefined);
  }
}
