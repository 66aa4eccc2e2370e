import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ConflictError, FailedError, UsageError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';
import { createEntryFile, entryPlace, isEntryId, reopenEntryFile, trialName, type EntryFile } from './entry-file.ts';
import type { Intent } from './intent.ts';
import { eraseEntryFile, journalEntry, journalError, type JournalEntry } from './journal-entry.ts';
import { lookUp, noSuchEntry, type JournalReader } from './list-entries.ts';
import { checkPrivateDirectory } from '../files/private-directory.ts';
import { schemaVersion } from './record.ts';
import type { EntryPlace, ReadableEntry } from './stored-entry.ts';

/** What writing the journal takes. */
export interface JournalWriter extends JournalReader {
  readonly keepsSecrets: boolean;
  /** Ids of the entries that this process is writing. */
  readonly mine: Set<string>;
  /** Makes sure of the folder. @throws UsageError */
  readonly makeFolder: () => Promise<void>;
  /** Makes what was created or removed in the folder last. */
  readonly flushFolder: () => Promise<void>;
}

/** See `Journal.preflight`. */
export async function preflightJournal(writer: JournalWriter): Promise<void> {
  const { directory } = writer;
  await writer.makeFolder();
  const path = join(directory, trialName(randomUUID()));
  try {
    const file = await createEntryFile(path, { type: 'sent', at: null }, writer.flushFolder);
    await file.close();
    await rm(path);
  } catch (cause) {
    throw new UsageError(`cannot write to the journal in ${quoted(directory, 200)}: ${systemReason(cause)}`, {
      hint: 'set SACTL_STATE_DIR to another folder',
      cause,
    });
  }
}

/** See `Journal.begin`. */
export async function beginEntry(writer: JournalWriter, plan: Intent): Promise<JournalEntry> {
  const { self, directory, keepsSecrets, mine } = writer;
  if (!isEntryId(plan.id)) throw new Error(`not an id for a journal entry: ${quoted(plan.id)}`);
  const intent = {
    ...plan,
    startedAt: new Date(writer.now()).toISOString(),
    process: { host: self.host, pid: self.pid },
    keepsSecret: keepsSecrets,
  };
  await writer.makeFolder();
  const place = entryPlace(directory, plan.id);
  mine.add(plan.id);
  try {
    const record = { type: 'intent', schema: schemaVersion, intent } as const;
    const file = await createEntryFile(place.path, record, writer.flushFolder);
    return entryIn(writer, { ...place, file, keepsSecret: keepsSecrets });
  } catch (cause) {
    mine.delete(plan.id);
    throw journalError(`cannot write the journal entry ${quoted(place.path, 200)}`, cause);
  }
}

/** See `Journal.reopen`. */
export async function reopenEntry(writer: JournalWriter, id: string): Promise<JournalEntry> {
  const { path, intent } = await reopenable(writer, id);
  try {
    const file = await reopenEntryFile(path);
    writer.mine.add(id);
    const keepsSecret = intent.keepsSecret && writer.keepsSecrets;
    return entryIn(writer, { id, path, file, keepsSecret });
  } catch (cause) {
    throw journalError(`cannot open the journal entry ${quoted(path, 200)}`, cause);
  }
}

/** See `Journal.erase`. */
export async function eraseEntry(writer: JournalWriter, id: string): Promise<void> {
  if (!isEntryId(id)) throw noSuchEntry(id);
  if (!(await checkPrivateDirectory(writer.directory, writer))) return;
  await eraseEntryFile(entryPlace(writer.directory, id).path, writer.flushFolder);
}

async function reopenable(writer: JournalWriter, id: string): Promise<ReadableEntry> {
  if (!isEntryId(id)) throw noSuchEntry(id);
  if (!(await checkPrivateDirectory(writer.directory, writer))) throw noSuchEntry(id);
  const entry = await lookUp(writer, id);
  if (entry.state === 'gone' || entry.state === 'unfinished') throw noSuchEntry(id);
  if (entry.state === 'unreadable') {
    throw new FailedError('journal', `cannot use journal entry ${id}: ${entry.problem}`);
  }
  if (entry.isNewer) {
    throw new FailedError('journal', `journal entry ${id} was written by a newer sactl`, {
      hint: 'recover it with that version',
    });
  }
  if (entry.isUnderWay) {
    const pid = String(entry.intent.process.pid);
    throw new ConflictError('locked', `process ${pid} is still at work on journal entry ${id}`);
  }
  return entry;
}

function entryIn(
  writer: JournalWriter,
  options: EntryPlace & { readonly file: EntryFile; readonly keepsSecret: boolean },
): JournalEntry {
  const { id } = options;
  return journalEntry({
    ...options,
    flushFolder: writer.flushFolder,
    now: writer.now,
    onEnd: () => void writer.mine.delete(id),
  });
}
