import type { Context } from '../context.ts';
import { makePrivateDirectory, syncDirectory } from '../files/private-directory.ts';
import { onceDone, coalesce } from '../files/coalesce.ts';
import { journalDirectory } from './entry-file.ts';
import type { Intent } from './intent.ts';
import type { JournalEntry } from './journal-entry.ts';
import { findEntry, listEntries } from './list-entries.ts';
import { beginEntry, eraseEntry, preflightJournal, reopenEntry } from './write-entries.ts';
import type { StoredEntry } from './stored-entry.ts';

/** What was asked of providers and is not finished, in the user's state directory (DESIGN.md 6). */
export interface Journal {
  /** False with `--no-journal`: entries are kept, without secrets. */
  readonly keepsSecrets: boolean;
  /** Tries whether an entry can be written, and leaves nothing behind. @throws UsageError naming the folder */
  readonly preflight: () => Promise<void>;
  /** Writes an intent. @throws UsageError when the folder is not to be trusted; FailedError (`journal`) */
  readonly begin: (intent: Intent) => Promise<JournalEntry>;
  /**
   * All entries, the oldest first, unreadable ones last. Those of dead processes that never sent anything are erased
   * on the way. @throws UsageError when the folder is not to be trusted; FailedError when it cannot be read
   */
  readonly list: () => Promise<readonly StoredEntry[]>;
  /**
   * The entry of an id, or of the first four or more characters of one.
   * @throws NotFoundError; ConflictError (`ambiguous`)
   */
  readonly find: (id: string) => Promise<StoredEntry>;
  /**
   * Removes an entry, whatever its state; one that is not there is no error. Takes a whole id.
   * @throws NotFoundError when it cannot be an id; FailedError
   */
  readonly erase: (id: string) => Promise<void>;
  /**
   * Opens an entry for more records. Takes a whole id.
   * @throws NotFoundError; ConflictError (`locked`) while its process is at it; FailedError when it is unreadable or newer
   */
  readonly reopen: (id: string) => Promise<JournalEntry>;
}

export interface JournalOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self'> {
  /** The journal is its folder `journal`. */
  readonly stateDirectory: string;
  readonly keepsSecrets: boolean;
}

/** Touches nothing yet. There is to be one per process: it knows which entries this process is writing. */
export function openJournal(options: JournalOptions): Journal {
  const mine = new Set<string>();
  const directory = journalDirectory(options.stateDirectory);
  const state = {
    ...options,
    directory,
    mine,
    makeFolder: onceDone(() => makePrivateDirectory(directory, options)),
    flushFolder: coalesce(() => syncDirectory(directory, options)),
    isMine: (id: string) => mine.has(id),
  };
  return {
    keepsSecrets: options.keepsSecrets,
    preflight: () => preflightJournal(state),
    begin: (intent) => beginEntry(state, intent),
    list: () => listEntries(state),
    find: (id) => findEntry(state, id),
    erase: (id) => eraseEntry(state, id),
    reopen: (id) => reopenEntry(state, id),
  };
}
