import { parseHolder, type Holder } from '../files/holder.ts';
import {
  asText,
  fieldsOf,
  oneOf,
  parseFields,
  providerNames,
  type Fields,
  type ProviderName,
} from '../model/account.ts';
import { Secret } from '../model/credential.ts';

/** The newest shape of records that this version understands. */
export const schemaVersion = 2;

/** The shape that an entry begins with: sealed answers came with the second, and a version that knows none leaves them alone. */
export function schemaOf({ isSealed }: { readonly isSealed: boolean }): number {
  return isSealed ? 2 : 1;
}

const operations = ['create', 'rotate'] as const;

export type Operation = (typeof operations)[number];

/** What is about to be asked of a provider, and what is needed to find and finish it later. Holds no secret. */
export interface Intent {
  /** The entry's id, a UUID; on nscale also the value of the tag `sactl-operation`. */
  readonly id: string;
  readonly operation: Operation;
  readonly connection: EntryConnection;
  /** The account before the change; for a create, all but its name may be null. */
  readonly account: EntryAccount;
  /** Names of the targets, e.g. `file:secrets/ci.token`; none is stdout. */
  readonly targets: readonly string[];
  /** The folder that relative paths in them are relative to. */
  readonly directory: string;
  /** The store that has the entry, too, e.g. `s3://ops/prod`. Left out, it is on this machine only. */
  readonly store?: string;
}

/** An intent as the journal has it. */
export interface RecordedIntent extends Intent {
  /** ISO 8601. */
  readonly startedAt: string;
  /** The process that began the entry. */
  readonly process: Holder;
  /** Whether an answer is kept with its secret; not with `--no-journal`. */
  readonly keepsSecret: boolean;
  /** Whether it came out of a job's log. */
  readonly isAdopted?: boolean;
}

export interface EntryConnection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly endpoint: string;
  readonly organization: string | null;
  readonly isSandbox: boolean;
  /** Path of `--ca-cert`. */
  readonly caFile: string | null;
}

export interface EntryAccount {
  readonly id: string | null;
  readonly name: string;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
}

/** One line of an entry's file; the intent is the first. Times are ISO 8601. */
export type JournalRecord =
  /** `intent` is null when this version does not understand it. */
  | { readonly type: 'intent'; readonly schema: number; readonly intent: RecordedIntent | null }
  | { readonly type: 'sent'; readonly at: string | null }
  | AnswerRecord
  | { readonly type: 'delivered'; readonly target: string }
  | { readonly type: 'outcome'; readonly at: string | null; readonly outcome: string; readonly message: string };

/** A 2xx answer. Its request may be another than the one intended: a lost create is issued again as a rotation. */
export interface AnswerRecord {
  readonly type: 'answer';
  readonly at: string | null;
  /** Null is the one intended, like `accountId`. */
  readonly operation: Operation | null;
  readonly accountId: string | null;
  /** The raw bytes in base64; null when secrets are not kept, or sealed. */
  readonly base64: Secret | null;
  /** The raw bytes as an age file in ASCII armor, in place of `base64`; null where nothing is sealed. */
  readonly sealed: string | null;
  /** Who can open that: age recipients. Left out where nothing is sealed. */
  readonly recipients?: readonly string[];
}

/** An answer whose secret is kept: as it came, or sealed. */
export function keepsSecret({ base64, sealed }: AnswerRecord): boolean {
  return base64 !== null || sealed !== null;
}

/** The raw bytes of a kept answer; null when its secret was not kept, or is sealed. */
export function answerBytes({ base64 }: AnswerRecord): Uint8Array | null {
  return base64 === null ? null : Buffer.from(base64.reveal(), 'base64');
}

/** A record as its line, with the line break. */
export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.from(`${JSON.stringify(plain(record))}\n`);
}

function plain(record: JournalRecord): object {
  if (record.type === 'answer') return plainAnswer(record);
  if (record.type !== 'intent') return record;
  const { type, schema, intent } = record;
  return { type, schema, ...intent };
}

/** Without what only a sealed answer has, as 0.1.0 wrote it. */
function plainAnswer({ type, sealed, base64, ...answer }: AnswerRecord): object {
  return { type, base64: base64?.reveal() ?? null, ...(sealed === null ? {} : { sealed }), ...answer };
}

/**
 * Reads an entry's bytes, without lines that are unreadable or of a type this version does not know. What follows the last
 * line break is reserved space, or a record that was torn.
 * @returns also where the last complete line ends, in bytes: the place of the next record
 */
export function decodeRecords(bytes: Uint8Array): { readonly records: readonly JournalRecord[]; readonly end: number } {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, end)).split('\n');
  return { records: lines.map(decodeRecord).filter((record) => record !== null), end };
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
    case 'answer': {
      const base64 = asText(fields['base64']);
      return {
        type: 'answer',
        at,
        operation: oneOf(fields['operation'], operations),
        accountId: asText(fields['accountId']),
        base64: base64 === null ? null : new Secret(base64),
        sealed: asText(fields['sealed']),
        ...('recipients' in fields ? { recipients: textsIn(fields['recipients']) } : {}),
      };
    }
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

/** The intent in an entry's first line; null when something is missing that everything else depends on. */
function parseIntent(fields: Fields): RecordedIntent | null {
  const id = asText(fields['id']);
  const operation = oneOf(fields['operation'], operations);
  const startedAt = asText(fields['startedAt']);
  const process = parseHolder(fieldsOf(fields['process']));
  const connection = parseConnection(fieldsOf(fields['connection']));
  const account = parseAccount(fieldsOf(fields['account']));
  if (id === null || operation === null || startedAt === null || connection === null || account === null) return null;
  if (process === null) return null;
  const store = asText(fields['store']);
  return {
    id,
    operation,
    startedAt,
    process,
    connection,
    account,
    targets: textsIn(fields['targets']),
    directory: asText(fields['directory']) ?? '/',
    keepsSecret: fields['keepsSecret'] === true,
    ...(store === null ? {} : { store }),
    ...(fields['isAdopted'] === true ? { isAdopted: true } : {}),
  };
}

function textsIn(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item) => typeof item === 'string');
}

function parseConnection(fields: Fields): EntryConnection | null {
  const provider = oneOf(fields['provider'], providerNames);
  const endpoint = asText(fields['endpoint']);
  if (provider === null || endpoint === null) return null;
  return {
    provider,
    profile: asText(fields['profile']),
    endpoint,
    organization: asText(fields['organization']),
    isSandbox: fields['isSandbox'] === true,
    caFile: asText(fields['caFile']),
  };
}

function parseAccount(fields: Fields): EntryAccount | null {
  const name = asText(fields['name']);
  if (name === null) return null;
  const { id, clientId, expiresAt } = fields;
  return { id: asText(id), name, clientId: asText(clientId), expiresAt: asText(expiresAt) };
}
