import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';

import { noFollow } from '../files/own-file.ts';
import { decodeRecords, encodeRecord, type JournalRecord } from './record.ts';

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
