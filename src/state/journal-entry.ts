import { FailedError } from '../errors.ts';
import { removeFile, systemReason } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';
import { Secret } from '../model/credential.ts';
import type { EntryFile } from './entry-file.ts';
import type { Operation } from './intent.ts';
import type { JournalRecord } from './record.ts';

/**
 * An entry being written. Each record is on the disk when its promise resolves, and they may be added side by side.
 * All reject with a FailedError (`journal`) that names the file. It says nothing about the provider: once a request
 * has left, its exit code is not the right one.
 */
export interface JournalEntry {
  readonly id: string;
  readonly path: string;
  /** To be called right before a request leaves. */
  readonly sent: () => Promise<void>;
  /** Keeps a 2xx answer, in place of one kept earlier; without its bytes where secrets are not kept. */
  readonly keep: (answer: NewAnswer) => Promise<void>;
  readonly delivered: (target: string) => Promise<void>;
  readonly outcome: (outcome: { outcome: string; message: string }) => Promise<void>;
  /** All is done: erases the entry. */
  readonly close: () => Promise<void>;
  /** Leaves the entry for `sactl recover`. */
  readonly leave: () => Promise<void>;
}

export interface NewAnswer {
  /** The raw body. */
  readonly bytes: Uint8Array;
  /** What was asked, and of which account; null is the account that was intended. */
  readonly operation: Operation;
  readonly accountId: string | null;
}

export interface EntryOptions {
  readonly id: string;
  readonly path: string;
  readonly file: EntryFile;
  /** Makes what was created or removed in the folder last. */
  readonly flushFolder: () => Promise<void>;
  readonly keepsSecret: boolean;
  readonly now: () => number;
  /** Is told when nothing more will be written. */
  readonly onEnd: () => void;
}

/** The entry in an open file. */
export function journalEntry(options: EntryOptions): JournalEntry {
  const { id, path, file, keepsSecret, onEnd } = options;

  function add(record: JournalRecord): Promise<void> {
    return wrap(path, () => file.append(record));
  }

  function at(): string {
    return new Date(options.now()).toISOString();
  }

  async function leave(): Promise<void> {
    onEnd();
    await wrap(path, () => file.close());
  }

  return {
    id,
    path,
    sent: () => add({ type: 'sent', at: at() }),
    keep: ({ bytes, operation, accountId }) => {
      const base64 = keepsSecret ? new Secret(Buffer.from(bytes).toString('base64')) : null;
      return add({ type: 'answer', at: at(), operation, accountId, base64 });
    },
    delivered: (target) => add({ type: 'delivered', target }),
    outcome: ({ outcome, message }) => add({ type: 'outcome', at: at(), outcome, message }),
    close: async () => {
      await leave();
      await eraseEntryFile(path, options.flushFolder);
    },
    leave,
  };
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

/** What could not be done, and why. */
export function journalError(what: string, cause: unknown): FailedError {
  return new FailedError('journal', `${what}: ${systemReason(cause)}`, { cause });
}

async function wrap(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw journalError(`cannot write the journal entry ${quoted(path, 200)}`, cause);
  }
}
