import { randomUUID } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { FailedError, UndeliveredError } from '../errors.ts';
import { systemCode } from '../files/system-error.ts';
import { createEntryFile, journalError, sealedRecord } from './journal-entry.ts';
import { trialPrefix } from './journal-folder.ts';
import {
  answerBytes,
  decodeRecords,
  schemaOf,
  schemaVersion,
  type AnswerRecord,
  type JournalRecord,
  type RecordedIntent,
} from './record.ts';
import { NotOpened, type Opener, type Sealer } from './seal.ts';
import type { EntryPlace, ReadableEntry } from './stored-entry.ts';

/**
 * The entry as it was sealed, with its answer as it came; the same one where nothing in it is sealed.
 * @throws UndeliveredError naming who can open it; FailedError (`bad_answer`) where its text is damaged, or another entry's
 */
export async function unsealed(entry: ReadableEntry, opener: Opener): Promise<ReadableEntry> {
  const answer = entry.records.findLast((record) => record.type === 'answer');
  if (answer === undefined || answer.sealed === null) return entry;
  const bytes = await opener.open(answer.sealed).catch((cause: unknown) => {
    throw cause instanceof NotOpened ? notUnsealed(entry, answer, cause) : cause;
  });
  const copy = entryCopyIn(bytes);
  if (copy?.intent.id !== entry.id) {
    const { provider } = entry.intent.connection;
    throw new FailedError('bad_answer', `what is sealed in entry ${entry.id} is not that entry`, { provider });
  }
  // What stands outside of the seal may have been changed since.
  const { intent } = copy;
  return { ...entry, intent, records: entry.records.map((record) => openedOf(record, answer, copy)) };
}

function openedOf(record: JournalRecord, answer: AnswerRecord, copy: EntryCopy): JournalRecord {
  if (record === answer) return copy.answer;
  return record.type === 'intent' ? { ...record, intent: copy.intent } : record;
}

function notUnsealed({ id, intent }: ReadableEntry, { recipients = [] }: AnswerRecord, cause: NotOpened): Error {
  const { provider } = intent.connection;
  const whom = recipients.length === 0 ? '' : ` for ${recipients.join(', ')}`;
  const message = `entry ${id} is sealed${whom}, and ${cause.message}`;
  if (!cause.wantsIdentity) return new FailedError('bad_answer', message, { provider });
  const hint =
    'who has one of these identities can deliver it: set SACTL_STATE_IDENTITY to the key, or to the path of its file';
  return new UndeliveredError(message, { provider, hint });
}

/** A whole entry as another machine kept it. */
export interface EntryCopy {
  readonly intent: RecordedIntent;
  readonly answer: AnswerRecord;
}

/** The entry in what was sealed; null where it is none, or one of a newer version. */
export function entryCopyIn(bytes: Uint8Array): EntryCopy | null {
  const { records } = decodeRecords(bytes);
  const [first] = records;
  const answer = records.findLast((record) => record.type === 'answer');
  if (first?.type !== 'intent' || first.intent === null || first.schema > schemaVersion) return null;
  if (answer === undefined || answerBytes(answer) === null) return null;
  return { intent: first.intent, answer };
}

export interface AdoptOptions {
  readonly flushFolder: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Null where answers are kept as they came. */
  readonly sealer: Sealer | null;
}

/**
 * Writes a copy into a file of its own, durably and as a whole; what is there stays as it is.
 * @returns whether it was written @throws FailedError
 */
export async function adoptEntry({ path }: EntryPlace, copy: EntryCopy, options: AdoptOptions): Promise<boolean> {
  const draft = join(dirname(path), `${trialPrefix}${randomUUID()}`);
  try {
    const [first, ...others] = await recordsOf(copy, options);
    const file = await createEntryFile(draft, first, options.flushFolder);
    for (const record of others) await file.append(record);
    await file.close();
    await link(draft, path);
    await options.flushFolder();
    return true;
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false;
    throw journalError(`cannot write a journal entry into ${dirname(path)}`, cause);
  } finally {
    await rm(draft, { force: true });
  }
}

async function recordsOf(
  { intent, answer }: EntryCopy,
  { now, sealer }: AdoptOptions,
): Promise<readonly [JournalRecord, ...JournalRecord[]]> {
  const kept = sealer === null ? answer : await sealedRecord(intent, answer, sealer);
  return [
    { type: 'intent', schema: schemaOf({ isSealed: sealer !== null }), intent: { ...intent, isAdopted: true } },
    { type: 'sent', at: answer.at },
    kept,
    // It says that the process of the intent is not at it any more, wherever that was.
    {
      type: 'outcome',
      at: new Date(now()).toISOString(),
      outcome: 'undelivered',
      message: 'it came from the log of a job',
    },
  ];
}
