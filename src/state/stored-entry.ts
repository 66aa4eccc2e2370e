import { constants } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { noFollow } from '../files/private-directory.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { decodeRecords, schemaVersion, type JournalRecord, type RecordedIntent } from './record.ts';

/** An entry as its file has it. Strings in it are as they were written: show them through `safeText`. */
export type StoredEntry = ReadableEntry | UnreadableEntry;

/** Where an entry is. */
export interface EntryPlace {
  readonly id: string;
  readonly path: string;
}

export interface ReadableEntry extends EntryPlace {
  readonly intent: RecordedIntent;
  readonly problem: null;
  /** Written by a newer sactl, which may mean more by it: to be erased on request only, and not to be finished. */
  readonly isNewer: boolean;
  /** Whether the process that began it is still running. */
  readonly isUnderWay: boolean;
  /** Whether another machine began it, so that it is as trustworthy as the store, or the log, that it comes from. */
  readonly isForeign?: boolean;
  /**
   * When it was written last, in milliseconds by the clock of this machine: that of the one that wrote its records may be ahead,
   * or behind. Left out where nothing but the records says.
   */
  readonly writtenAt?: number;
  /** The intent first. What they come to is said by `lifeOf` (`src/delivery/life.ts`). */
  readonly records: readonly JournalRecord[];
}

/** A file that is named like an entry and does not say what was intended. */
export interface UnreadableEntry extends EntryPlace {
  readonly intent: null;
  /** e.g. `it is not a regular file`. */
  readonly problem: string;
  readonly isNewer: boolean;
  readonly isUnderWay: false;
  readonly records: readonly [];
}

/** What to do while a process is at work on an entry. */
export const underWayHint = 'wait for it to end; if it was killed, this ends by itself within 2 minutes';

/** Whether an entry needs attention: something was sent, or may have been, and no process is working on it. */
export function isOpen(entry: StoredEntry): boolean {
  return !isUnsent(entry) && !entry.isUnderWay;
}

/** Whether an entry has nothing but its intent: what is sent is recorded before it leaves. */
export function isUnsent({ records }: StoredEntry): boolean {
  return records.length === 1;
}

/** Compares entries by their age, the oldest first, unreadable ones last. */
export function sortKeyOf({ id, intent }: StoredEntry): string {
  return intent === null ? `1 ${id}` : `0 ${intent.startedAt} ${id}`;
}

/** An entry, or null where the file is gone, or one whose creation was not finished. */
export type EntryReading = StoredEntry | UnfinishedEntry | null;

/** A file without even its intent. */
export interface UnfinishedEntry extends Pick<EntryPlace, 'id'> {
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** An entry of which it is to be found out whether a process is at work on it. */
export interface WrittenEntry extends Pick<ReadableEntry, 'intent' | 'records'>, Pick<UnfinishedEntry, 'modifiedAt'> {}

/** An answer may have 64 MiB, and a third more in base64. */
const largestEntry = 128 * 1024 * 1024;

/** Reads an entry's file. Never rejects: what cannot be read is an unreadable entry. */
export async function readEntry(
  place: EntryPlace,
  userId: Context['userId'],
  isUnderWay: (entry: WrittenEntry) => Promise<boolean>,
): Promise<EntryReading> {
  try {
    const found = await lstat(place.path);
    if (!found.isFile()) return unreadable(place, 'it is not a regular file');
    if (userId !== null && found.uid !== userId) return unreadable(place, 'it belongs to another user');
    if (found.size > largestEntry) return unreadable(place, 'it is larger than 128 MiB');
    const bytes = await readFile(place.path, { flag: constants.O_RDONLY | noFollow() });
    if (isUnfinished(bytes)) return { id: place.id, modifiedAt: found.mtimeMs };
    const entry = entryOf(place, decodeRecords(bytes).records);
    if (entry.intent === null) return entry;
    return { ...entry, isUnderWay: await isUnderWay({ ...entry, modifiedAt: found.mtimeMs }) };
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? null : unreadable(place, systemReason(error));
  }
}

const beginning = '{"type":"intent"';

/** Whether not even the first record is complete. Nothing is sent before it is on the disk. */
function isUnfinished(bytes: Buffer): boolean {
  if (bytes.includes(0x0a)) return false;
  const head = bytes.subarray(0, beginning.length).toString();
  const text = head.replace(/[\0 ]+$/, '');
  return text === '' ? bytes.every((byte) => byte === 0 || byte === 0x20) : beginning.startsWith(text);
}

/** An entry by its records; nobody is at work on it as far as they tell. */
export function entryOf({ id, path }: EntryPlace, records: readonly JournalRecord[]): StoredEntry {
  const [first] = records;
  if (first?.type !== 'intent') return unreadable({ id, path }, 'it does not begin like an entry');
  const { intent } = first;
  const isNewer = first.schema > schemaVersion;
  if (intent === null) {
    const problem = isNewer ? 'it was written by a newer sactl' : 'it does not say what was intended';
    return { ...unreadable({ id, path }, problem), isNewer };
  }
  if (intent.id !== id) return unreadable({ id, path }, 'it is a copy of another entry');
  const foreign = intent.isAdopted === true ? { isForeign: true } : {};
  return { id, path, intent, problem: null, isNewer, isUnderWay: false, records, ...foreign };
}

function unreadable({ id, path }: EntryPlace, problem: string): UnreadableEntry {
  return { id, path, intent: null, problem, isNewer: false, isUnderWay: false, records: [] };
}
