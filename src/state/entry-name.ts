import { join } from 'node:path';

import type { EntryPlace } from './stored-entry.ts';

const suffix = '.jsonl';
const trialPrefix = '.preflight-';
const entryId = /^[A-Za-z0-9-]{4,64}$/;

/** The folder of the journal, e.g. `~/.local/state/sactl/journal`. */
export function journalDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'journal');
}

/** The id of the entry in a file of this name; null when it is not the name of an entry. */
export function entryIdOf(fileName: string): string | null {
  const id = fileName.endsWith(suffix) ? fileName.slice(0, -suffix.length) : '';
  return isEntryId(id) ? id : null;
}

/** Whether it can name a file; nothing else that a user types may. */
export function isEntryId(id: string): boolean {
  return entryId.test(id);
}

/** A name for trying out whether an entry could be written; `unique` is one that nobody else takes. */
export function trialName(unique: string): string {
  return `${trialPrefix}${unique}`;
}

/** Whether a file is such a trial. */
export function isTrialName(fileName: string): boolean {
  return fileName.startsWith(trialPrefix);
}

/** Where the entry of this id is, or would be. */
export function entryPlace(directory: string, id: string): EntryPlace {
  return { id, path: join(directory, `${id}${suffix}`) };
}
