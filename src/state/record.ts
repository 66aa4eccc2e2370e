import { asText, oneOf, parseFields, type Fields } from '../model/account.ts';
import { Secret } from '../model/credential.ts';
import { operations, parseIntent, type Operation, type RecordedIntent } from './intent.ts';

/** The shape of records that this version writes. */
export const schemaVersion = 1;

/** One line of an entry's file. Times are ISO 8601. */
export type JournalRecord =
  | IntentRecord
  | { readonly type: 'sent'; readonly at: string | null }
  | AnswerRecord
  | { readonly type: 'delivered'; readonly target: string }
  | OutcomeRecord;

/** The first line. */
export interface IntentRecord {
  readonly type: 'intent';
  readonly schema: number;
  /** Null when it is not one that this version understands. */
  readonly intent: RecordedIntent | null;
}

/** A 2xx answer. The request it answers may be another than the one intended: a lost create is issued again as a rotation. */
export interface AnswerRecord {
  readonly type: 'answer';
  readonly at: string | null;
  /** Null is the one intended, like `accountId`. */
  readonly operation: Operation | null;
  readonly accountId: string | null;
  /** The raw bytes in base64; null when secrets are not kept. */
  readonly base64: Secret | null;
}

/** What became of it, for people. */
export interface OutcomeRecord {
  readonly type: 'outcome';
  readonly at: string | null;
  /** e.g. `unknown` or `undelivered`. */
  readonly outcome: string;
  readonly message: string;
}

/** A record as its line, with the line break. */
export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.from(`${JSON.stringify(plain(record))}\n`);
}

/** What complete lines say. */
export interface Reading {
  /** Without what is unreadable, and without types this version does not know. */
  readonly records: readonly JournalRecord[];
  /** Where the last complete line ends, in bytes: the next record's place. */
  readonly end: number;
}

/** Reads an entry's bytes; what follows the last line break is reserved space, or a record that was torn. */
export function decodeRecords(bytes: Uint8Array): Reading {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, end)).split('\n');
  const records = lines.map(decodeRecord).filter((record) => record !== null);
  return { records, end };
}

function plain(record: JournalRecord): object {
  if (record.type === 'intent') {
    const { type, schema, intent } = record;
    return { type, schema, ...intent };
  }
  if (record.type === 'answer') return { ...record, base64: record.base64?.reveal() ?? null };
  return record;
}

function decodeRecord(line: string): JournalRecord | null {
  const fields = parseFields(line);
  if (fields === null) return null;
  const at = asText(fields['at']);
  switch (fields['type']) {
    case 'intent': {
      const { schema } = fields;
      return typeof schema === 'number' ? { type: 'intent', schema, intent: parseIntent(fields) } : null;
    }
    case 'sent':
      return { type: 'sent', at };
    case 'answer':
      return answerRecord(fields);
    case 'delivered': {
      const target = asText(fields['target']);
      return target === null ? null : { type: 'delivered', target };
    }
    case 'outcome': {
      const outcome = asText(fields['outcome']) ?? 'unknown';
      return { type: 'outcome', at, outcome, message: asText(fields['message']) ?? '' };
    }
    default:
      return null;
  }
}

function answerRecord(fields: Fields): AnswerRecord {
  const base64 = asText(fields['base64']);
  return {
    type: 'answer',
    at: asText(fields['at']),
    operation: oneOf(fields['operation'], operations),
    accountId: asText(fields['accountId']),
    base64: base64 === null ? null : new Secret(base64),
  };
}
