import { closeSync, constants, fstatSync, lstatSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import { turns } from '../files/coalesce.ts';
import type { Renewing } from '../files/lease.ts';
import { flushData, flushFile, openFile, writeAll } from '../files/replace-file.ts';
import { noFollow } from '../files/private-directory.ts';
import { removeFile, systemReason } from '../files/system-error.ts';
import { Secret } from '../model/credential.ts';
import { quoted } from '../model/text.ts';
import {
  decodeRecords,
  encodeRecord,
  schemaOf,
  type AnswerRecord,
  type JournalRecord,
  type Operation,
  type RecordedIntent,
} from './record.ts';
import type { Sealer } from './seal.ts';
import type { EntryPlace } from './stored-entry.ts';

/**
 * An entry being written. It is on the disk when the promise of `sent` resolves, and so is each record but `delivered`, which
 * goes with the next one. They may be added side by side.
 * All reject with a FailedError (`journal`) that names the file. It says nothing about the provider: once a request
 * has left, its exit code is not the right one.
 */
export interface JournalEntry extends EntryPlace {
  /** To be called right before a request leaves. */
  readonly sent: () => Promise<void>;
  /** Keeps a 2xx answer, in place of one kept earlier; without its bytes where secrets are not kept. */
  readonly keep: (answer: NewAnswer) => Promise<void>;
  /** The same of an answer that is made ready already, e.g. sealed for a store, too. */
  readonly keepRecord: (record: AnswerRecord) => Promise<void>;
  /** The whole entry with this answer as one sealed text, for elsewhere; null where nothing is sealed, or secrets are not kept. */
  readonly capsule?: (answer: NewAnswer) => Promise<string | null>;
  readonly delivered: (target: string) => Promise<void>;
  readonly outcome: (outcome: { outcome: string; message: string }) => Promise<void>;
  /** Whether the file at the path is still this one: another run may have taken this one for dead. Never rejects. */
  readonly isThere: () => Promise<boolean>;
  /** All is done: erases the entry. */
  readonly close: () => Promise<void>;
  /** Leaves the entry for `sactl recover`. */
  readonly leave: () => Promise<void>;
}

export interface NewAnswer {
  /** The raw body. */
  readonly bytes: Uint8Array;
  /** The request, and its account; null is the account that was intended. */
  readonly operation: Operation;
  readonly accountId: string | null;
}

export interface EntryOptions extends EntryPlace, Pick<Context, 'now'> {
  readonly renewing: Renewing;
  readonly keepsSecret: boolean;
  readonly intent: RecordedIntent;
  /** Null where answers are kept as they came. */
  readonly sealer: Sealer | null;
  /** Makes the removal of the file durable. */
  readonly flushFolder: () => Promise<void>;
  /** Called when nothing more will be written. */
  readonly onEnd: () => void;
}

/** The entry in an open file. */
export function journalEntry(file: EntryFile, options: EntryOptions): JournalEntry {
  const { id, path, keepsSecret, sealer, onEnd } = options;
  const endRenewals = options.renewing(file.renew);

  async function orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw journalError(`cannot write the journal entry ${quoted(path, 200)}`, cause);
    }
  }

  function add(record: JournalRecord): Promise<void> {
    return orFail(() => file.append(record));
  }

  function at(): string {
    return new Date(options.now()).toISOString();
  }

  /** As it is written into the file. */
  async function recordOf(answer: NewAnswer): Promise<AnswerRecord> {
    const record = openRecord(answer, at());
    if (!keepsSecret) return { ...record, base64: null };
    if (sealer === null) return record;
    return sealedRecord(options.intent, record, sealer);
  }

  async function capsule(answer: NewAnswer): Promise<string | null> {
    if (sealer === null || !keepsSecret) return null;
    return sealEntry(options.intent, openRecord(answer, at()), sealer);
  }

  async function leave(): Promise<void> {
    endRenewals();
    onEnd();
    await orFail(file.close);
  }

  return {
    id,
    path,
    sent: () => add({ type: 'sent', at: at() }),
    keep: (answer) => orFail(async () => file.append(await recordOf(answer))),
    keepRecord: add,
    capsule,
    // A crash right before this record delivers once more, too: it need not be on the disk before what comes next.
    delivered: (target) => orFail(() => file.note({ type: 'delivered', target })),
    outcome: ({ outcome, message }) => add({ type: 'outcome', at: at(), outcome, message }),
    isThere: async () => file.isAt(path),
    close: async () => {
      await leave();
      await eraseEntryFile(path, options.flushFolder);
    },
    leave,
  };
}

/** An answer as it came. */
export function openRecord({ bytes, operation, accountId }: NewAnswer, at: string): AnswerRecord {
  const base64 = new Secret(Buffer.from(bytes).toString('base64'));
  return { type: 'answer', at, operation, accountId, base64, sealed: null };
}

/** The same answer, for whoever has an identity. */
export async function sealedRecord(
  intent: RecordedIntent,
  answer: AnswerRecord,
  sealer: Pick<Sealer, 'seal' | 'recipients'>,
): Promise<AnswerRecord> {
  const sealed = await sealEntry(intent, answer, sealer);
  return { ...answer, base64: null, sealed, recipients: sealer.recipients };
}

/**
 * An entry with its answer as one sealed text. The intent is in it, because whoever can write where the entry is kept must
 * not be able to send its credential elsewhere.
 */
function sealEntry(intent: RecordedIntent, answer: AnswerRecord, { seal }: Pick<Sealer, 'seal'>): Promise<string> {
  const first = { type: 'intent', schema: schemaOf({ isSealed: true }), intent } as const;
  const records = [first, { type: 'sent', at: answer.at } as const, answer];
  return seal(Buffer.concat(records.map(encodeRecord)));
}

/** Removes an entry's file, if it is there. @throws FailedError */
export async function eraseEntryFile(path: string, flushFolder: () => Promise<void>): Promise<void> {
  try {
    await removeFile(path);
    await flushFolder();
  } catch (cause) {
    throw journalError(`cannot erase the journal entry ${quoted(path, 200)}`, cause);
  }
}

/** `what` could not be done, and the system's reason. */
export function journalError(what: string, cause: unknown): FailedError {
  return new FailedError('journal', `${what}: ${systemReason(cause)}`, { cause });
}

const space = 0x20;

/** What an entry takes on the disk at once, so that a disk that fills up later does not cost an answer. */
const reserve = Buffer.alloc(64 * 1024, space);

/** An entry's file, open for more records. All reject with errors of the operating system. */
export interface EntryFile {
  /** Resolves when the record, and what was written before it, is on the disk. Records come in the order of the calls. */
  readonly append: (record: JournalRecord) => Promise<void>;
  /** Writes a record that is on the disk with the next one that is appended. */
  readonly note: (record: JournalRecord) => Promise<void>;
  /** Sets the file's time, by the clock of its folder. */
  readonly renew: () => Promise<void>;
  /** Whether this very file is at the path; false where that cannot be seen. */
  readonly isAt: (path: string) => boolean;
  /** To be called once the last record is written; again, it does nothing. */
  readonly close: () => Promise<void>;
}

/**
 * Makes a new file with its first record and the reserve. It is on the disk with the record that is appended first. A failure
 * leaves no file behind.
 */
export async function createEntryFile(
  path: string,
  first: JournalRecord,
  flushFolder: () => Promise<void>,
): Promise<EntryFile> {
  const file = await openFile(path, 'wx+', 0o600);
  try {
    const line = encodeRecord(first);
    writeAll(file, line, 0);
    writeAll(file, reserve.subarray(line.length), line.length);
    return entryFile(file, line.length, async () => {
      await flushFile(file);
      await flushFolder();
    });
  } catch (error) {
    closeSync(file);
    await rm(path, { force: true });
    throw error;
  }
}

/** Opens the file for more records after its last complete one. */
export async function reopenEntryFile(path: string): Promise<EntryFile> {
  const file = await openFile(path, constants.O_RDWR | noFollow());
  try {
    const bytes = readFileSync(file);
    const { end } = decodeRecords(bytes);
    const rest = bytes.subarray(end);
    // The rest of a torn record would otherwise follow a shorter one.
    if (rest.some((byte) => byte !== space)) {
      writeAll(file, Buffer.alloc(rest.length, space), end);
      await flushFile(file);
    }
    return entryFile(file, end, () => flushData(file));
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** @param flushFirst makes the file durable with the first record that is appended */
function entryFile(file: number, start: number, flushFirst: () => Promise<void>): EntryFile {
  let end = start;
  let isClosed = false;
  let flush = flushFirst;
  const inTurn = turns();

  /** Once it is closed, its number may be another file's. */
  function opened(): number {
    if (isClosed) throw Object.assign(new Error('the file is closed'), { code: 'EBADF' });
    return file;
  }

  return {
    append: (record) =>
      inTurn(async () => {
        const line = encodeRecord(record);
        writeAll(opened(), line, end);
        await flush();
        flush = () => flushData(file);
        end += line.length;
      }),
    note: (record) =>
      inTurn(async () => {
        const line = encodeRecord(record);
        writeAll(opened(), line, end);
        end += line.length;
      }),
    // The next record takes the place of the space.
    renew: () => inTurn(async () => writeAll(opened(), reserve.subarray(0, 1), end)),
    isAt: (path) => !isClosed && isFileAt(path, file),
    close: () =>
      inTurn(async () => {
        if (!isClosed) closeSync(file);
        isClosed = true;
      }),
  };
}

function isFileAt(path: string, file: number): boolean {
  try {
    const [mine, found] = [fstatSync(file, { bigint: true }), lstatSync(path, { bigint: true })];
    return mine.dev === found.dev && mine.ino === found.ino;
  } catch {
    return false;
  }
}
