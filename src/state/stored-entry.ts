import type { Secret } from '../model/credential.ts';
import type { Operation, RecordedIntent } from './intent.ts';
import { type AnswerRecord, type JournalRecord, schemaVersion } from './record.ts';

/** An entry as its file has it. Strings in it are as they were written: show them through `safeText`. */
export type StoredEntry = ReadableEntry | UnreadableEntry;

export interface ReadableEntry {
  readonly id: string;
  readonly path: string;
  readonly intent: RecordedIntent;
  readonly problem: null;
  /** Written by a newer sactl, which may mean more by it: not to be finished, nor erased without being told to. */
  readonly isNewer: boolean;
  /** Whether the process that began it is still at it. */
  readonly isUnderWay: boolean;
  /** `preparing`: nothing was sent. `unanswered`: no answer was kept. `answered`: one was, maybe without its secret. */
  readonly state: 'preparing' | 'unanswered' | 'answered';
  readonly answer: KeptAnswer | null;
  /** Names of the targets that have what `answer` holds, in the order of their delivery. */
  readonly delivered: readonly string[];
  /** The last one. */
  readonly outcome: Outcome | null;
}

/** A file that is named like an entry and does not say what was intended. */
export interface UnreadableEntry {
  readonly id: string;
  readonly path: string;
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
  /** What was asked last, and of which account: not always what was intended. The id is null after a create. */
  readonly operation: Operation;
  readonly accountId: string | null;
  /** The raw bytes in base64; null when secrets are not kept. */
  readonly base64: Secret | null;
}

export interface Outcome {
  /** ISO 8601. */
  readonly at: string | null;
  /** e.g. `unknown` or `undelivered`. */
  readonly outcome: string;
  /** For people. */
  readonly message: string;
}

/** Where an entry is. */
export interface EntryPlace {
  readonly id: string;
  readonly path: string;
}

/** Whether somebody has to see to it: something was sent, or may have been, and nobody is at it any more. */
export function isOpen({ state, isUnderWay }: StoredEntry): boolean {
  return state !== 'preparing' && !isUnderWay;
}

/** The raw bytes of a kept answer; null when its secret was not kept. */
export function answerBytes({ base64 }: KeptAnswer): Uint8Array | null {
  return base64 === null ? null : Buffer.from(base64.reveal(), 'base64');
}

/** An entry from its records; `isUnderWay` judges by the intent. */
export function entryOf(
  place: EntryPlace,
  records: readonly JournalRecord[],
  isUnderWay: (intent: RecordedIntent) => boolean,
): StoredEntry {
  const [first] = records;
  if (first?.type !== 'intent') return unreadable(place, 'it does not begin like an entry');
  const { intent } = first;
  const isNewer = first.schema > schemaVersion;
  if (intent === null && isNewer) {
    return { ...unreadable(place, 'it was written by a newer sactl'), isNewer };
  }
  if (intent === null) return unreadable(place, 'it does not say what was intended');
  if (intent.id !== place.id) return unreadable(place, 'it is a copy of another entry');
  return {
    ...place,
    intent,
    problem: null,
    isNewer,
    isUnderWay: isUnderWay(intent),
    ...progress(records, intent),
  };
}

export function unreadable({ id, path }: EntryPlace, problem: string): UnreadableEntry {
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

function progress(
  records: readonly JournalRecord[],
  intent: RecordedIntent,
): Pick<ReadableEntry, 'state' | 'answer' | 'delivered' | 'outcome'> {
  const wasSent = records.some(({ type }) => type === 'sent');
  const answer = records.findLast((record) => record.type === 'answer');
  const outcome = records.findLast((record) => record.type === 'outcome');
  // What was delivered of an earlier answer died with it.
  const since = answer === undefined ? records : records.slice(records.lastIndexOf(answer));
  return {
    state: answer === undefined ? (wasSent ? 'unanswered' : 'preparing') : 'answered',
    answer: answer === undefined ? null : keptAnswer(answer, intent),
    delivered: since.filter((record) => record.type === 'delivered').map((record) => record.target),
    outcome: outcome === undefined ? null : { at: outcome.at, outcome: outcome.outcome, message: outcome.message },
  };
}

function keptAnswer({ at, operation, accountId, base64 }: AnswerRecord, intent: RecordedIntent): KeptAnswer {
  return {
    at,
    operation: operation ?? intent.operation,
    accountId: accountId ?? intent.account.id,
    base64,
  };
}
