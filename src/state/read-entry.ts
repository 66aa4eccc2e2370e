import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { noFollow } from '../files/private-directory.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import type { RecordedIntent } from './intent.ts';
import { decodeRecords } from './record.ts';
import { entryOf, type EntryPlace, type StoredEntry, unreadable } from './stored-entry.ts';

/** An entry, or why there is none: the file is gone, or it is being created, or that was cut short. */
export type EntryReading =
  | StoredEntry
  | { readonly state: 'gone' }
  | { readonly state: 'unfinished'; readonly id: string; readonly modifiedAt: number };

/** An answer may have 64 MiB, and a third more in base64. */
const largestEntry = 128 * 1024 * 1024;

/** Reads an entry's file. Never rejects: what cannot be read is an unreadable entry. */
export async function readEntry(
  place: EntryPlace,
  userId: Context['userId'],
  isUnderWay: (intent: RecordedIntent) => boolean,
): Promise<EntryReading> {
  try {
    const found = await lstat(place.path);
    if (!found.isFile()) return unreadable(place, 'it is not a regular file');
    if (userId !== null && found.uid !== userId) {
      return unreadable(place, 'it belongs to another user');
    }
    if (found.size > largestEntry) return unreadable(place, 'it is larger than 128 MiB');
    const bytes = await readBytes(place.path);
    if (isUnfinished(bytes)) return { state: 'unfinished', id: place.id, modifiedAt: found.mtimeMs };
    return entryOf(place, decodeRecords(bytes).records, isUnderWay);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { state: 'gone' };
    return unreadable(place, systemReason(error));
  }
}

async function readBytes(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | noFollow());
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

const beginning = '{"type":"intent"';

/** Whether not even the first record is whole. Nothing is sent before it is on the disk. */
function isUnfinished(bytes: Buffer): boolean {
  if (bytes.includes(0x0a)) return false;
  const text = bytes
    .subarray(0, beginning.length)
    .toString()
    .replace(/[\0 ]+$/, '');
  return text === '' ? bytes.every((byte) => byte === 0 || byte === 0x20) : beginning.startsWith(text);
}
