import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { noFollow } from '../files/private-directory.ts';
import { decodeRecords, encodeRecord, type JournalRecord } from './record.ts';
import type { EntryPlace } from './stored-entry.ts';

/** What an entry takes on the disk at once, in bytes, so that a disk that fills up later does not cost an answer. */
const reservedBytes = 64 * 1024;

/** An entry's file, open for more records. All reject with errors of the operating system. */
export interface EntryFile {
  /** Resolves when the record is on the disk. Records come in the order of the calls. */
  readonly append: (record: JournalRecord) => Promise<void>;
  /** To be called once the last record is written; again, it does nothing. */
  readonly close: () => Promise<void>;
}

/**
 * Makes the file, which may not be there yet, with its first record and the reserve, and makes it last. A failure leaves
 * no file behind.
 */
export async function createEntryFile(
  path: string,
  first: JournalRecord,
  flushFolder: () => Promise<void>,
): Promise<EntryFile> {
  const handle = await open(path, 'wx+', 0o600);
  try {
    const line = encodeRecord(first);
    await writeWith(handle, line, reserve.subarray(line.length));
    await handle.sync();
    await flushFolder();
    return entryFile(handle, line.length);
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Opens the file for more records after its last complete one. */
export async function reopenEntryFile(path: string): Promise<EntryFile> {
  const handle = await open(path, constants.O_RDWR | noFollow());
  try {
    const bytes = await handle.readFile();
    const { end } = decodeRecords(bytes);
    const rest = bytes.subarray(end);
    // What is left of a torn record would else follow a shorter one.
    if (rest.some((byte) => byte !== space)) {
      await writeAll(handle, blank(rest.length), end);
      await handle.sync();
    }
    return entryFile(handle, end);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const space = 0x20;

const reserve = blank(reservedBytes);

function blank(length: number): Buffer {
  return Buffer.alloc(length, space);
}

function entryFile(handle: FileHandle, start: number): EntryFile {
  let end = start;
  let turn: Promise<void> = Promise.resolve();

  async function write(record: JournalRecord): Promise<void> {
    const line = encodeRecord(record);
    await writeAll(handle, line, end);
    await handle.datasync();
    end += line.length;
  }

  return {
    append: (record) => {
      const written = turn.then(() => write(record));
      turn = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await turn;
      await handle.close();
    },
  };
}

/** Both in one write, unless the system takes less than all of them. */
async function writeWith(handle: FileHandle, line: Buffer, rest: Buffer): Promise<void> {
  const { bytesWritten } = await handle.writev([line, rest], 0);
  if (bytesWritten < line.length + rest.length) {
    await writeAll(handle, Buffer.concat([line, rest]).subarray(bytesWritten), bytesWritten);
  }
}

/** One write, unless the system takes less than all of it. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const rest = bytes.length - done;
    const { bytesWritten } = await handle.write(bytes, done, rest, position + done);
    done += bytesWritten;
  }
}

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
