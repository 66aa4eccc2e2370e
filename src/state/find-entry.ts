import { ConflictError, FailedError, NotFoundError } from '../errors.ts';
import { nameOfHolder } from '../files/holder.ts';
import { sactl } from '../model/hint.ts';
import { quoted } from '../model/text.ts';
import { underWayHint, type ReadableEntry, type StoredEntry } from './stored-entry.ts';

const shortestPrefix = 4;

/** The entry of an id, or of its first four or more characters. @throws NotFoundError; ConflictError (`ambiguous`) */
export function findEntry(entries: readonly StoredEntry[], id: string): StoredEntry {
  const exact = entries.find((entry) => entry.id === id);
  if (exact !== undefined) return exact;
  const matches = id.length < shortestPrefix ? [] : entries.filter((entry) => entry.id.startsWith(id));
  const [match, ...others] = matches;
  if (match === undefined) throw noSuchEntry(id);
  if (others.length === 0) return match;
  const ids = matches.map((entry) => entry.id).join(', ');
  throw new ConflictError('ambiguous', `several journal entries begin with ${quoted(id)}: ${ids}`, {
    hint: 'give more characters of the id',
  });
}

/** @throws ConflictError (`locked`) while a run works on it; FailedError when it is unreadable or newer */
export function refuseReopening(entry: StoredEntry): ReadableEntry {
  const { id, intent } = entry;
  if (intent === null) throw new FailedError('journal', `cannot use journal entry ${id}: ${entry.problem}`);
  if (entry.isNewer) {
    throw new FailedError('journal', `journal entry ${id} was written by a newer sactl`, {
      hint: 'recover it with that version',
    });
  }
  if (entry.isUnderWay) {
    throw new ConflictError('locked', `${nameOfHolder(intent.process)} is still at work on journal entry ${id}`, {
      retryable: true,
      hint: underWayHint,
    });
  }
  return entry;
}

export function noSuchEntry(id: string): NotFoundError {
  return new NotFoundError(`there is no journal entry ${quoted(id)}`, { hint: sactl`recover list` });
}
