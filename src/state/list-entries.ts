import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { sactl } from '../model/hint.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { compareText, quoted } from '../model/text.ts';
import { entryIdOf, entryPlace, isTrialName } from './entry-file.ts';
import { journalError } from './journal-entry.ts';
import { checkPrivateDirectory, type Owner } from '../files/private-directory.ts';
import { readEntry, type EntryReading } from './read-entry.ts';
import type { StoredEntry } from './stored-entry.ts';
import { isAbandoned, isOld, isUnderWay, type Watch } from './under-way.ts';

/** What reading the journal takes. */
export interface JournalReader extends Owner, Watch {
  readonly directory: string;
}

const shortestPrefix = 4;

/** See `Journal.list`. */
export async function listEntries(reader: JournalReader): Promise<readonly StoredEntry[]> {
  const { directory } = reader;
  if (!(await checkPrivateDirectory(directory, reader))) return [];
  const names = await readdir(directory).catch((cause: unknown) => {
    throw journalError(`cannot read the journal in ${quoted(directory, 200)}`, cause);
  });
  await sweepTrials(reader, names);
  const entries: StoredEntry[] = [];
  for (const id of names.map(entryIdOf).filter((name) => name !== null)) {
    const entry = await lookUp(reader, id);
    if (isLeftover(entry, reader)) {
      await rm(entryPlace(directory, id).path, { force: true }).catch(() => undefined);
    } else if (entry.state !== 'gone' && entry.state !== 'unfinished') entries.push(entry);
  }
  return entries.toSorted((one, other) => compareText(sortKey(one), sortKey(other)));
}

/** Trials of processes that were killed while they made them; they hold nothing. */
async function sweepTrials(reader: JournalReader, names: readonly string[]): Promise<void> {
  for (const name of names.filter(isTrialName)) {
    const path = join(reader.directory, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && isOld(found.mtimeMs, reader)) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

/** See `Journal.find`. */
export async function findEntry(reader: JournalReader, id: string): Promise<StoredEntry> {
  const entries = await listEntries(reader);
  const exact = entries.find((entry) => entry.id === id);
  if (exact !== undefined) return exact;
  const isLongEnough = id.length >= shortestPrefix;
  const matches = isLongEnough ? entries.filter((entry) => entry.id.startsWith(id)) : [];
  const [match, ...others] = matches;
  if (match === undefined) throw noSuchEntry(id);
  if (others.length === 0) return match;
  const ids = matches.map((entry) => entry.id).join(', ');
  throw new ConflictError('ambiguous', `several journal entries begin with ${quoted(id)}: ${ids}`, {
    hint: 'give more characters of the id',
  });
}

/** What the file of an id holds now. */
export function lookUp(reader: JournalReader, id: string): Promise<EntryReading> {
  return readEntry(entryPlace(reader.directory, id), reader.userId, (intent) => isUnderWay(intent, reader));
}

export function noSuchEntry(id: string): NotFoundError {
  return new NotFoundError(`there is no journal entry ${quoted(id)}`, {
    hint: sactl`recover list`,
  });
}

/** Whether nothing was sent, so that there is nothing to see to, and nobody is at it. */
function isLeftover(entry: EntryReading, watch: Watch): boolean {
  if (entry.state === 'unfinished') {
    return !watch.isMine(entry.id) && isOld(entry.modifiedAt, watch);
  }
  return entry.state === 'preparing' && !entry.isNewer && isAbandoned(entry.intent, watch);
}

function sortKey({ id, intent }: StoredEntry): string {
  return intent === null ? `1 ${id}` : `0 ${intent.startedAt} ${id}`;
}
