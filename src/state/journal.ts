import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { ConflictError, FailedError, NotFoundError, UsageError } from '../errors.ts';
import { sactl } from '../model/hint.ts';
import { coalesce, onceDone } from '../files/coalesce.ts';
import { holderOf, isDead, nameOfHolder } from '../files/holder.ts';
import { hasLapsed } from '../files/lease.ts';
import { checkPrivateDirectory, makePrivateDirectory, syncDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { compareText, quoted } from '../model/text.ts';
import {
  createEntryFile,
  eraseEntryFile,
  journalEntry,
  journalError,
  reopenEntryFile,
  type EntryFile,
  type JournalEntry,
} from './journal-entry.ts';
import { entryIdOf, entryPlace, isEntryId, journalDirectory } from './journal-folder.ts';
import { schemaVersion, type Intent, type RecordedIntent } from './record.ts';
import {
  isUnsent,
  underWayHint,
  readEntry,
  type EntryPlace,
  type EntryReading,
  type ReadableEntry,
  type StoredEntry,
  type UnfinishedEntry,
  type WrittenEntry,
} from './stored-entry.ts';

/** The issuances that are not finished, in the user's state directory (docs/design.md 6). */
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
  /** The entry of an id, or of its first four or more characters. @throws NotFoundError; ConflictError (`ambiguous`) */
  readonly find: (id: string) => Promise<StoredEntry>;
  /** Removes the entry of a whole id, if it is there. @throws NotFoundError when it cannot be an id; FailedError */
  readonly erase: (id: string) => Promise<void>;
  /**
   * Opens the entry of a whole id for more records.
   * @throws NotFoundError; ConflictError (`locked`) while its process is running; FailedError when it is unreadable or newer
   */
  readonly reopen: (id: string) => Promise<JournalEntry>;
}

export interface JournalOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self' | 'timeout'> {
  /** The journal is its folder `journal`. */
  readonly stateDirectory: string;
  readonly keepsSecrets: boolean;
}

/** Touches nothing yet. There is to be one per process: it knows which entries this process is writing. */
export function openJournal(options: JournalOptions): Journal {
  const folder = new JournalFolder(options);
  return {
    keepsSecrets: options.keepsSecrets,
    preflight: () => folder.preflight(),
    begin: (intent) => folder.begin(intent),
    list: () => folder.list(),
    find: (id) => folder.find(id),
    erase: (id) => folder.erase(id),
    reopen: (id) => folder.reopen(id),
  };
}

const trialPrefix = '.preflight-';

/** No run takes as long: a process with that number is another one by then. */
const longestRunMs = 24 * 60 * 60 * 1000;

const shortestPrefix = 4;

class JournalFolder {
  readonly #options: JournalOptions;
  readonly #directory: string;
  /** Ids of the entries that this process is writing. */
  readonly #mine = new Set<string>();
  readonly #make: () => Promise<void>;
  /** Makes what was created or removed durable. */
  readonly #flush: () => Promise<void>;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#directory = journalDirectory(options.stateDirectory);
    this.#make = onceDone(() => makePrivateDirectory(this.#directory, options));
    this.#flush = coalesce(() => syncDirectory(this.#directory, options));
  }

  async preflight(): Promise<void> {
    await this.#make();
    const path = join(this.#directory, `${trialPrefix}${randomUUID()}`);
    try {
      const file = await createEntryFile(path, { type: 'sent', at: null }, this.#flush);
      await file.close();
      await rm(path);
    } catch (cause) {
      throw new UsageError(`cannot write to the journal in ${quoted(this.#directory, 200)}: ${systemReason(cause)}`, {
        hint: 'set SACTL_STATE_DIR to another folder',
        cause,
      });
    }
  }

  async begin(plan: Intent): Promise<JournalEntry> {
    if (!isEntryId(plan.id)) throw new Error(`not an id for a journal entry: ${quoted(plan.id)}`);
    const { self, keepsSecrets: keepsSecret } = this.#options;
    const startedAt = new Date(this.#options.now()).toISOString();
    const intent = { ...plan, startedAt, process: holderOf(self), keepsSecret };
    await this.#make();
    const place = entryPlace(this.#directory, plan.id);
    this.#mine.add(plan.id);
    try {
      const file = await createEntryFile(place.path, { type: 'intent', schema: schemaVersion, intent }, this.#flush);
      return this.#entry(place, file, keepsSecret);
    } catch (cause) {
      this.#mine.delete(plan.id);
      throw journalError(`cannot write the journal entry ${quoted(place.path, 200)}`, cause);
    }
  }

  async reopen(id: string): Promise<JournalEntry> {
    const { path, intent } = await this.#reopenable(id);
    try {
      const file = await reopenEntryFile(path);
      this.#mine.add(id);
      return this.#entry({ id, path }, file, intent.keepsSecret && this.#options.keepsSecrets);
    } catch (cause) {
      throw journalError(`cannot open the journal entry ${quoted(path, 200)}`, cause);
    }
  }

  async erase(id: string): Promise<void> {
    if (!isEntryId(id)) throw noSuchEntry(id);
    if (!(await this.#isThere())) return;
    await eraseEntryFile(entryPlace(this.#directory, id).path, this.#flush);
  }

  async list(): Promise<readonly StoredEntry[]> {
    if (!(await this.#isThere())) return [];
    const names = await readdir(this.#directory).catch((cause: unknown) => {
      throw journalError(`cannot read the journal in ${quoted(this.#directory, 200)}`, cause);
    });
    await this.#sweepTrials(names);
    const entries: StoredEntry[] = [];
    for (const id of names.map(entryIdOf).filter((name) => name !== null)) {
      const entry = await this.#read(id);
      if (entry === null) continue;
      if (this.#isLeftover(entry)) {
        await rm(entryPlace(this.#directory, id).path, { force: true }).catch(() => undefined);
      } else if ('records' in entry) entries.push(entry);
    }
    return entries.toSorted((one, other) => compareText(sortKey(one), sortKey(other)));
  }

  async find(id: string): Promise<StoredEntry> {
    return findEntry(await this.list(), id);
  }

  #isThere(): Promise<boolean> {
    return checkPrivateDirectory(this.#directory, this.#options);
  }

  #read(id: string): Promise<EntryReading> {
    const place = entryPlace(this.#directory, id);
    return readEntry(place, this.#options.userId, (entry) => this.#isUnderWay(entry));
  }

  #entry(place: EntryPlace, file: EntryFile, keepsSecret: boolean): JournalEntry {
    const { now, timeout } = this.#options;
    const onEnd = (): void => void this.#mine.delete(place.id);
    return journalEntry(file, { ...place, now, timeout, keepsSecret, flushFolder: this.#flush, onEnd });
  }

  async #reopenable(id: string): Promise<ReadableEntry> {
    const entry = isEntryId(id) && (await this.#isThere()) ? await this.#read(id) : null;
    if (entry === null || !('records' in entry)) throw noSuchEntry(id);
    return refuseReopening(entry);
  }

  /** Trials of processes that were killed while they made them; they hold nothing. */
  async #sweepTrials(names: readonly string[]): Promise<void> {
    for (const name of names.filter((one) => one.startsWith(trialPrefix))) {
      const path = join(this.#directory, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && this.#isOld(found.mtimeMs)) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Whether nothing was sent, so that nothing is left to do, and no process is working on it. */
  #isLeftover(entry: StoredEntry | UnfinishedEntry): boolean {
    if (!('records' in entry)) return !this.#mine.has(entry.id) && this.#isOld(entry.modifiedAt);
    return entry.intent !== null && isUnsent(entry) && !entry.isNewer && this.#isAbandoned(entry.intent);
  }

  /**
   * Whether the process that began an entry is still working on it. Where its death cannot be known, it is until it says how
   * it ended, or has not renewed the entry for a lease.
   */
  async #isUnderWay({ intent, records, modifiedAt }: WrittenEntry): Promise<boolean> {
    const { id, process, startedAt } = intent;
    const { self } = this.#options;
    if (this.#mine.has(id)) return true;
    const isGone = isDead(process, self);
    if (isGone === null) {
      if (records.at(-1)?.type === 'outcome') return false;
      const draft = join(this.#directory, `${trialPrefix}${randomUUID()}`);
      return !(await hasLapsed({ modifiedAt }, draft).catch(() => false));
    }
    // What this process has left, nobody is working on.
    if (isGone || process.pid === self.pid) return false;
    return process.startTime !== null || !this.#isOld(Date.parse(startedAt));
  }

  /** Whether the process is known to be dead, or, where that cannot be known, must be. */
  #isAbandoned({ id, process, startedAt }: RecordedIntent): boolean {
    const { self } = this.#options;
    if (this.#mine.has(id)) return false;
    const isGone = process.pid === self.pid ? null : isDead(process, self);
    return isGone ?? this.#isOld(Date.parse(startedAt));
  }

  /** Whether a time, in milliseconds since the epoch, is more than a day ago. */
  #isOld(time: number): boolean {
    return this.#options.now() - time > longestRunMs;
  }
}

/** The entry of an id, or of its first four or more characters. @throws NotFoundError; ConflictError (`ambiguous`) */
export function findEntry(entries: readonly StoredEntry[], id: string): StoredEntry {
  const exact = entries.find((entry) => entry.id === id);
  if (exact !== undefined) return exact;
  const matches = id.length < shortestPrefix ? [] : entries.filter((entry) => entry.id.startsWith(id));
  const [match, ...others] = matches;
  if (match === undefined) throw noSuchEntry(id);
  if (others.length === 0) return match;
  const ids = matches.map((entry) => entry.id).join(', ');
  throw new ConflictError('ambiguous', `several journal entries begin with ${quoted(id)}: ${ids}`, {
    hint: 'give more characters of the id',
  });
}

/** @throws ConflictError (`locked`) while a run works on it; FailedError when it is unreadable or newer */
export function refuseReopening(entry: StoredEntry): ReadableEntry {
  const { id, intent } = entry;
  if (intent === null) throw new FailedError('journal', `cannot use journal entry ${id}: ${entry.problem}`);
  if (entry.isNewer) {
    throw new FailedError('journal', `journal entry ${id} was written by a newer sactl`, {
      hint: 'recover it with that version',
    });
  }
  if (entry.isUnderWay) {
    throw new ConflictError('locked', `${nameOfHolder(intent.process)} is still at work on journal entry ${id}`, {
      retryable: true,
      hint: underWayHint,
    });
  }
  return entry;
}

export function noSuchEntry(id: string): NotFoundError {
  return new NotFoundError(`there is no journal entry ${quoted(id)}`, { hint: sactl`recover list` });
}

function sortKey({ id, intent }: StoredEntry): string {
  return intent === null ? `1 ${id}` : `0 ${intent.startedAt} ${id}`;
}
