import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { coalesce, onceDone } from '../files/coalesce.ts';
import { holderOf, isDead } from '../files/holder.ts';
import { createRenewals, hasLapsed, type Renewing } from '../files/lease.ts';
import { checkPrivateDirectory, makePrivateDirectory, syncDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { compareText, quoted } from '../model/text.ts';
import { findEntry, noSuchEntry, refuseReopening } from './find-entry.ts';
import {
  createEntryFile,
  eraseEntryFile,
  journalEntry,
  journalError,
  reopenEntryFile,
  type EntryFile,
  type EntryOptions,
  type JournalEntry,
} from './journal-entry.ts';
import { entryIdOf, entryPlace, isEntryId, journalDirectory, sweepTrials, trialPrefix } from './journal-folder.ts';
import { schemaOf, type Intent, type RecordedIntent } from './record.ts';
import type { Opener, Sealer, Sealing } from './seal.ts';
import type { EntryCopy } from './sealed-entry.ts';
import {
  isUnsent,
  sortKeyOf,
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
  /** Writes an intent; it is on the disk once the entry says `sent`. @throws UsageError when the folder is not to be trusted; FailedError (`journal`) */
  readonly begin: (intent: Intent) => Promise<JournalEntry>;
  /**
   * All entries, the oldest first, unreadable ones last. Those of dead processes that never sent anything are erased
   * on the way. @throws UsageError when the folder is not to be trusted; FailedError when it cannot be read
   */
  readonly list: () => Promise<readonly StoredEntry[]>;
  /**
   * The same without those that this process writes, and without those that are `known` and were not under way then: what
   * other runs have left since. Nothing of those is read. @throws as `list`
   */
  readonly listSince: (known: readonly StoredEntry[]) => Promise<readonly StoredEntry[]>;
  /** The entry of an id, or of its first four or more characters. @throws NotFoundError; ConflictError (`ambiguous`) */
  readonly find: (id: string) => Promise<StoredEntry>;
  /** Removes the entry of a whole id, if it is there. @throws NotFoundError when it cannot be an id; FailedError */
  readonly erase: (id: string) => Promise<void>;
  /**
   * Opens the entry of a whole id for more records.
   * @throws NotFoundError; ConflictError (`locked`) while its process is running; FailedError when it is unreadable or newer
   */
  readonly reopen: (id: string) => Promise<JournalEntry>;
  /**
   * The entry with its credential, for what needs that; nothing else opens what is sealed.
   * @throws UndeliveredError naming who can open it; FailedError (`bad_answer`) where it is damaged
   */
  readonly unsealed: (entry: ReadableEntry) => Promise<ReadableEntry>;
  /** What opens what is sealed. It reads the identity once. */
  readonly opener: () => Promise<Opener>;
  /** Puts a copy here that came from elsewhere; null where an entry of that id is there. @throws as `begin` */
  readonly adopt: (copy: EntryCopy) => Promise<StoredEntry | null>;
}

export interface JournalOptions extends Pick<Context, 'now' | 'platform' | 'userId' | 'self' | 'timeout'> {
  /** The journal is its folder `journal`. */
  readonly stateDirectory: string;
  readonly keepsSecrets: boolean;
  /** Default: answers are kept as they came, and nothing that is sealed can be opened. */
  readonly sealing?: Sealing;
}

/** Touches nothing yet. There is to be one per process: it knows which entries this process is writing. */
export function openJournal(options: JournalOptions): Journal {
  const folder = new JournalFolder(options);
  let opening: Promise<Opener> | null = null;
  function opener(): Promise<Opener> {
    return (opening ??= import('./seal.ts').then(({ openOpener }) => openOpener(options.sealing?.identity ?? null)));
  }
  return {
    keepsSecrets: options.keepsSecrets,
    preflight: () => folder.preflight(),
    begin: (intent) => folder.begin(intent),
    list: () => folder.list(() => true),
    listSince: (known) => folder.listSince(known),
    find: (id) => folder.find(id),
    erase: (id) => folder.erase(id),
    reopen: (id) => folder.reopen(id),
    opener,
    unsealed: async (entry) => (await import('./sealed-entry.ts')).unsealed(entry, await opener()),
    adopt: (copy) => folder.adopt(copy),
  };
}

/** Whether an entry may be there since `known` was listed, and is none of those that this process writes. */
export function isLaterThan(known: readonly StoredEntry[], mine: ReadonlySet<string>): (id: string) => boolean {
  const ended = new Set(known.filter(({ isUnderWay }) => !isUnderWay).map(({ id }) => id));
  return (id) => !mine.has(id) && !ended.has(id);
}

/** No run takes as long: a process with that number is another one by then. */
const longestRunMs = 24 * 60 * 60 * 1000;

class JournalFolder {
  readonly #options: JournalOptions;
  readonly #directory: string;
  /** Ids of the entries that this process is writing. */
  readonly #mine = new Set<string>();
  readonly #make: () => Promise<void>;
  /** Makes what was created or removed durable. */
  readonly #flush: () => Promise<void>;
  readonly #renewing: Renewing;
  #sealers: Promise<Sealer> | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#directory = journalDirectory(options.stateDirectory);
    this.#renewing = createRenewals(options);
    this.#make = onceDone(() => makePrivateDirectory(this.#directory, options));
    this.#flush = coalesce(() => syncDirectory(this.#directory, options));
  }

  async preflight(): Promise<void> {
    await this.#make();
    const path = join(this.#directory, `${trialPrefix}${randomUUID()}`);
    try {
      const file = await createEntryFile(path, { type: 'sent', at: null }, this.#flush);
      await file.append({ type: 'sent', at: null });
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
    const intent = { startedAt, process: holderOf(self), keepsSecret, ...plan };
    await this.#make();
    const sealer = await this.#sealer();
    const place = entryPlace(this.#directory, plan.id);
    this.#mine.add(plan.id);
    try {
      const schema = schemaOf({ isSealed: sealer !== null });
      const file = await createEntryFile(place.path, { type: 'intent', schema, intent }, this.#flush);
      return this.#entry(place, file, { intent, keepsSecret, sealer });
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
      const keepsSecret = intent.keepsSecret && this.#options.keepsSecrets;
      return this.#entry({ id, path }, file, { intent, keepsSecret, sealer: await this.#sealer() });
    } catch (cause) {
      throw journalError(`cannot open the journal entry ${quoted(path, 200)}`, cause);
    }
  }

  async erase(id: string): Promise<void> {
    if (!isEntryId(id)) throw noSuchEntry(id);
    if (!(await this.#isThere())) return;
    await eraseEntryFile(entryPlace(this.#directory, id).path, this.#flush);
  }

  listSince(known: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    return this.list(isLaterThan(known, this.#mine));
  }

  /** @param isWanted others are not read */
  async list(isWanted: (id: string) => boolean): Promise<readonly StoredEntry[]> {
    if (!(await this.#isThere())) return [];
    const names = await readdir(this.#directory).catch((cause: unknown) => {
      throw journalError(`cannot read the journal in ${quoted(this.#directory, 200)}`, cause);
    });
    await sweepTrials(this.#directory, names, (time) => this.#isOld(time));
    const entries: StoredEntry[] = [];
    const ids = names.map(entryIdOf).filter((name) => name !== null);
    for (const id of ids.filter(isWanted)) {
      const entry = await this.#read(id);
      if (entry === null) continue;
      if (this.#isLeftover(entry)) {
        await rm(entryPlace(this.#directory, id).path, { force: true }).catch(() => undefined);
      } else if ('records' in entry) entries.push(entry);
    }
    return entries.toSorted((one, other) => compareText(sortKeyOf(one), sortKeyOf(other)));
  }

  async find(id: string): Promise<StoredEntry> {
    return findEntry(await this.list(() => true), id);
  }

  #isThere(): Promise<boolean> {
    return checkPrivateDirectory(this.#directory, this.#options);
  }

  #read(id: string): Promise<EntryReading> {
    return readEntry(entryPlace(this.#directory, id), this.#options.userId, (entry) => this.#isUnderWay(entry));
  }

  #entry(
    place: EntryPlace,
    file: EntryFile,
    own: Pick<EntryOptions, 'intent' | 'keepsSecret' | 'sealer'>,
  ): JournalEntry {
    const { now } = this.#options;
    const onEnd = (): void => void this.#mine.delete(place.id);
    return journalEntry(file, { now, renewing: this.#renewing, flushFolder: this.#flush, onEnd, ...place, ...own });
  }

  /** Loaded, and tried, before a request leaves; null where there are no recipients. */
  #sealer(): Promise<Sealer | null> | null {
    const { recipients = [] } = this.#options.sealing ?? {};
    if (recipients.length === 0) return null;
    return (this.#sealers ??= import('./seal.ts').then(({ openSealer }) => openSealer(recipients)));
  }

  async adopt(copy: EntryCopy): Promise<StoredEntry | null> {
    const { id } = copy.intent;
    if (!isEntryId(id)) throw noSuchEntry(id);
    await this.#make();
    const { adoptEntry } = await import('./sealed-entry.ts');
    const options = { now: this.#options.now, sealer: await this.#sealer(), flushFolder: this.#flush };
    return (await adoptEntry(entryPlace(this.#directory, id), copy, options)) ? this.find(id) : null;
  }

  async #reopenable(id: string): Promise<ReadableEntry> {
    const entry = isEntryId(id) && (await this.#isThere()) ? await this.#read(id) : null;
    if (entry === null || !('records' in entry)) throw noSuchEntry(id);
    return refuseReopening(entry);
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
