import { constants } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { noFollow } from '../files/private-directory.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import type { Secret } from '../model/credential.ts';
import { decodeRecords, schemaVersion, type JournalRecord, type Operation, type RecordedIntent } from './record.ts';

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
  /** `preparing`: nothing was sent. `unanswered`: no answer was kept. `answered`: one was, maybe without its secret. */
  readonly state: 'preparing' | 'unanswered' | 'answered';
  readonly answer: KeptAnswer | null;
  /** Names of the targets that have what `answer` holds, in the order of their delivery. */
  readonly delivered: readonly string[];
  /** The last one, for people: `outcome` is e.g. `unknown` or `undelivered`, `at` ISO 8601. */
  readonly outcome: { readonly at: string | null; readonly outcome: string; readonly message: string } | null;
}

/** A file that is named like an entry and does not say what was intended. */
export interface UnreadableEntry extends EntryPlace {
  readonly intent: null;
  /** e.g. `it is not a regular file`. */
  readonly problem: string;
  readonly isNewer: boolean;
  readonly isUnderWay: false;
  readonly state: 'unreadable';
  readonly answer: null;
  readonly delivered: readonly [];
  readonly outcome: null;
}

export interface KeptAnswer {
  /** ISO 8601. */
  readonly at: string | null;
  /** The last request and its account: not always what was intended. The id is null after a create. */
  readonly operation: Operation;
  readonly accountId: string | null;
  /** The raw bytes in base64; null when secrets are not kept. */
  readonly base64: Secret | null;
}

/** Whether an entry needs attention: something was sent, or may have been, and no process is working on it. */
export function isOpen({ state, isUnderWay }: StoredEntry): boolean {
  return state !== 'preparing' && !isUnderWay;
}

/** The raw bytes of a kept answer; null when its secret was not kept. */
export function answerBytes({ base64 }: KeptAnswer): Uint8Array | null {
  return base64 === null ? null : Buffer.from(base64.reveal(), 'base64');
}

/** An entry, or a file that is gone, or one whose creation was not finished. */
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
    if (userId !== null && found.uid !== userId) return unreadable(place, 'it belongs to another user');
    if (found.size > largestEntry) return unreadable(place, 'it is larger than 128 MiB');
    const bytes = await readFile(place.path, { flag: constants.O_RDONLY | noFollow() });
    if (isUnfinished(bytes)) return { state: 'unfinished', id: place.id, modifiedAt: found.mtimeMs };
    return entryOf(place, decodeRecords(bytes).records, isUnderWay);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? { state: 'gone' } : unreadable(place, systemReason(error));
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

function entryOf(
  { id, path }: EntryPlace,
  records: readonly JournalRecord[],
  isUnderWay: (intent: RecordedIntent) => boolean,
): StoredEntry {
  const [first] = records;
  if (first?.type !== 'intent') return unreadable({ id, path }, 'it does not begin like an entry');
  const { intent } = first;
  const isNewer = first.schema > schemaVersion;
  if (intent === null) {
    const problem = isNewer ? 'it was written by a newer sactl' : 'it does not say what was intended';
    return { ...unreadable({ id, path }, problem), isNewer };
  }
  if (intent.id !== id) return unreadable({ id, path }, 'it is a copy of another entry');
  const answer = records.findLast((record) => record.type === 'answer');
  const outcome = records.findLast((record) => record.type === 'outcome');
  // A later answer ends the credential that was delivered of an earlier one.
  const since = answer === undefined ? records : records.slice(records.lastIndexOf(answer));
  const withoutAnswer = records.some(({ type }) => type === 'sent') ? 'unanswered' : 'preparing';
  return {
    id,
    path,
    intent,
    problem: null,
    isNewer,
    isUnderWay: isUnderWay(intent),
    state: answer === undefined ? withoutAnswer : 'answered',
    answer: answer === undefined ? null : keptAnswer(answer, intent),
    delivered: since.filter((record) => record.type === 'delivered').map((record) => record.target),
    outcome: outcome === undefined ? null : { at: outcome.at, outcome: outcome.outcome, message: outcome.message },
  };
}

function keptAnswer(
  { at, operation, accountId, base64 }: JournalRecord & { readonly type: 'answer' },
  intent: RecordedIntent,
): KeptAnswer {
  return { at, operation: operation ?? intent.operation, accountId: accountId ?? intent.account.id, base64 };
}

function unreadable({ id, path }: EntryPlace, problem: string): UnreadableEntry {
  return {
    id,
    path,
    intent: null,
    problem,
    isNewer: false,
    isUnderWay: false,
    state: 'unreadable',
    answer: null,
    delivered: [],
    outcome: null,
  };
}
