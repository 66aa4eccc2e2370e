import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

import type { Context } from '../../context.ts';
import { FailedError } from '../../errors.ts';
import { nameOfHolder } from '../../files/holder.ts';
import { removeFile, systemCode, systemReason } from '../../files/system-error.ts';
import { parseFields } from '../../model/account.ts';
import { logPath } from '../audit-file.ts';
import { readLines, storedEvent } from '../audit-read.ts';
import { sealedRecord } from '../journal-entry.ts';
import { openJournal } from '../journal.ts';
import { openLockHoldings } from '../lock-holdings.ts';
import { answerBytes, encodeRecord, schemaOf, type JournalRecord, type RecordedIntent } from '../record.ts';
import type { Sealer, Sealing } from '../seal.ts';
import { eventKey } from '../shared/audit.ts';
import { entryKey } from '../shared/entry.ts';
import type { ReadableEntry } from '../stored-entry.ts';
import { workOn, type MigrationSource, type SourceContents, type SourceValue } from './source.ts';

export interface FileSourceOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self' | 'timeout' | 'sleep'> {
  readonly stateDirectory: string;
  readonly sealing: Sealing;
  /** For those who are to open what is kept as it came. */
  readonly sealer: () => Promise<Sealer>;
}

/** The state in a folder on this machine, of any version. Nothing is read yet. */
export function fileSource(options: FileSourceOptions): MigrationSource {
  const journal = openJournal({ ...options, keepsSecrets: true });
  return {
    busy: async () => {
      const [holdings, entries] = await Promise.all([openLockHoldings(options).list(), journal.list()]);
      const underWay = entries.flatMap(({ id, intent, isUnderWay }) =>
        intent !== null && isUnderWay ? [`entry ${id} is under way in ${nameOfHolder(intent.process)}`] : [],
      );
      return [...holdings.flatMap(workOn), ...underWay];
    },
    read: async () => {
      const entries = await journal.list();
      const readable = entries.filter((entry) => entry.intent !== null);
      const { events, unreadable, remove } = await readLog(options);
      return {
        entries: readable.map((entry) => ({
          key: entryKey(entry.id),
          read: () => bytesOf(entry, options),
          remove: () => journal.erase(entry.id).then(() => true),
        })),
        events,
        records: [],
        unreadable: entries.length - readable.length + unreadable,
        removeEvents: remove,
      };
    },
  };
}

/** The entry as a store has it: what is kept in it is sealed. */
async function bytesOf({ intent, records }: ReadableEntry, { sealer }: FileSourceOptions): Promise<Uint8Array> {
  const sealed = await Promise.all(records.map((record) => sealedIfKept(intent, record, sealer)));
  return Buffer.concat(sealed.map(encodeRecord));
}

async function sealedIfKept(
  intent: RecordedIntent,
  record: JournalRecord,
  sealer: () => Promise<Sealer>,
): Promise<JournalRecord> {
  if (record.type === 'intent') return { ...record, schema: Math.max(record.schema, schemaOf({ isSealed: true })) };
  const isKept = record.type === 'answer' && answerBytes(record) !== null;
  return isKept ? sealedRecord(intent, record, await sealer()) : record;
}

interface ReadLog extends Pick<SourceContents, 'events' | 'unreadable'> {
  readonly remove: () => Promise<boolean>;
}

/** Every line under a key that is the same each time: those of one moment are told apart by their order. */
async function readLog(options: FileSourceOptions): Promise<ReadLog> {
  const path = logPath(options);
  const size = await sizeOf(path);
  const ordinals = new Map<string, number>();
  const events: SourceValue[] = [];
  const unreadable = await readLines(options, (line) => {
    const event = storedEvent(parseFields(line) ?? {});
    if (event === null) return false;
    const hash = createHash('sha256').update(line).digest('hex').slice(0, 32);
    const at = new Date(Date.parse(event.at)).toISOString();
    const ordinal = ordinals.get(at) ?? 0;
    ordinals.set(at, ordinal + 1);
    const bytes = Buffer.from(`${line}\n`);
    const key = eventKey({ at }, `${String(ordinal).padStart(6, '0')}-${hash}`);
    events.push({ key, read: () => Promise.resolve(bytes), remove: () => Promise.resolve(true) });
    return true;
  });
  return {
    events,
    unreadable,
    remove: async () => {
      if (size === null) return true;
      if (unreadable > 0 || (await sizeOf(path)) !== size) return false;
      await removeFile(path);
      return true;
    },
  };
}

/** Null where there is no file. @throws FailedError */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null;
    throw new FailedError('audit', `cannot read the audit log: ${systemReason(cause)}`, { cause });
  }
}
