import pLimit from 'p-limit';

import type { Context } from '../../context.ts';
import { holderOf } from '../../files/holder.ts';
import { accountOf } from '../holdings.ts';
import { isEntryId } from '../journal-folder.ts';
import { findEntry, noSuchEntry, refuseReopening } from '../find-entry.ts';
import { isLaterThan, type Journal } from '../journal.ts';
import type { JournalEntry } from '../journal-entry.ts';
import { decodeRecords, schemaVersion, type Intent, type JournalRecord, type RecordedIntent } from '../record.ts';
import { entryOf, type EntryPlace, type StoredEntry } from '../stored-entry.ts';
import { recordKey, wasNeverHeld } from './account-record.ts';
import { entryKey, removeEntry, sharedEntry, type SharedEntryOptions } from './entry.ts';
import type { SharedLocks } from './locks.ts';

export interface SharedJournalOptions
  extends Pick<Context, 'now' | 'self'>, Pick<SharedEntryOptions, 'store' | 'seal' | 'recipients' | 'report'> {
  /** The journal on this machine: entries are in both, so that a store that does not answer costs no credential. */
  readonly local: Journal;
  readonly workerOn: SharedLocks['workerOn'];
}

/** How many values are asked for at once. */
const concurrency = 8;

/** A journal in a store. Nothing is asked yet. There is to be one per process: it knows which entries this process is writing. */
export function openSharedJournal(options: SharedJournalOptions): Journal {
  const journal = new SharedJournal(options);
  return {
    keepsSecrets: options.local.keepsSecrets,
    preflight: () => journal.preflight(),
    begin: (plan) => journal.begin(plan),
    list: () => journal.list(),
    listSince: (known) => journal.listSince(known),
    find: async (id) => findEntry(await journal.list(), id),
    erase: (id) => journal.erase(id),
    reopen: (id) => journal.reopen(id),
    opener: options.local.opener,
    unsealed: options.local.unsealed,
    adopt: options.local.adopt,
  };
}

interface Found {
  readonly entry: StoredEntry;
  readonly revision: string;
}

class SharedJournal {
  readonly #options: SharedJournalOptions;
  /** Ids of the entries that this process is writing. */
  readonly #mine = new Set<string>();

  constructor(options: SharedJournalOptions) {
    this.#options = options;
  }

  async preflight(): Promise<void> {
    const { local, store } = this.#options;
    await local.preflight();
    await store.list('entries/');
  }

  async begin(plan: Intent): Promise<JournalEntry> {
    const { store, local, now, self } = this.#options;
    const intent: RecordedIntent = {
      ...plan,
      startedAt: new Date(now()).toISOString(),
      process: holderOf(self),
      keepsSecret: local.keepsSecrets,
      store: store.address,
    };
    const records: readonly JournalRecord[] = [{ type: 'intent', schema: schemaVersion, intent }];
    const twin = await local.begin({ ...plan, store: store.address });
    return this.#entry(plan.id, { intent, records, revision: null, local: twin, keepsSecret: local.keepsSecrets });
  }

  list(): Promise<readonly StoredEntry[]> {
    return this.#list(
      () => this.#options.local.list(),
      () => true,
    );
  }

  listSince(known: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    return this.#list(() => this.#options.local.listSince(known), isLaterThan(known, this.#mine));
  }

  async #list(
    listLocal: () => Promise<readonly StoredEntry[]>,
    isWanted: (id: string) => boolean,
  ): Promise<readonly StoredEntry[]> {
    const [keys, onMachine] = await Promise.all([this.#options.store.list('entries/'), listLocal()]);
    const limit = pLimit(concurrency);
    const ids = keys.map((key) => key.slice(entryKey('').length)).filter((id) => isEntryId(id) && isWanted(id));
    const found = await Promise.all(ids.map((id) => limit(() => this.#read(id))));
    const shared = found.filter((one) => one !== null).map(({ entry }) => ownOrForeign(entry, onMachine));
    const others = onMachine.filter(({ id }) => !ids.includes(id));
    const own = await Promise.all(others.map((one) => this.#unlessSettled(one)));
    return [...shared, ...own.filter((one) => one !== null)].toSorted(byTime);
  }

  async erase(id: string): Promise<void> {
    if (!isEntryId(id)) throw noSuchEntry(id);
    await removeEntry(this.#options.store, id);
    await this.#options.local.erase(id);
  }

  async reopen(id: string): Promise<JournalEntry> {
    const { local } = this.#options;
    const found = isEntryId(id) ? await this.#read(id) : null;
    // One of this machine alone: of an older version, or of a time without a store.
    if (found === null) return local.reopen(id);
    const { intent, records } = refuseReopening(found.entry);
    const twin = await local.reopen(id).catch(() => null);
    const keepsSecret = intent.keepsSecret && local.keepsSecrets;
    return this.#entry(id, { intent, records, revision: found.revision, local: twin, keepsSecret });
  }

  #placeOf(id: string): EntryPlace {
    return { id, path: `${this.#options.store.address}/${entryKey(id)}` };
  }

  #entry(
    id: string,
    from: Pick<SharedEntryOptions, 'intent' | 'records' | 'revision' | 'local' | 'keepsSecret'>,
  ): JournalEntry {
    this.#mine.add(id);
    return sharedEntry({ ...this.#options, ...this.#placeOf(id), ...from, onEnd: () => void this.#mine.delete(id) });
  }

  async #read(id: string): Promise<Found | null> {
    const found = await this.#look(id);
    if (found === null || found.entry.intent === null || found.entry.isUnderWay) return found;
    // Its run may have ended it before it was seen that nobody holds its account.
    const again = await this.#options.store.get(entryKey(id));
    if (again === null) return null;
    return again.revision === found.revision ? found : this.#read(id);
  }

  async #look(id: string): Promise<Found | null> {
    const { store, workerOn } = this.#options;
    const value = await store.get(entryKey(id));
    if (value === null) return null;
    const entry = entryOf(this.#placeOf(id), decodeRecords(value.bytes).records);
    const { revision } = value;
    if (entry.intent === null) return { entry, revision };
    const isUnderWay = this.#mine.has(id) || (await workerOn(accountOf(entry.intent), id)) !== null;
    if (isUnderWay) return { entry: { ...entry, isUnderWay }, revision };
    // Where a folder cannot be written to, its clock cannot be read.
    const age = await value.age().catch(() => null);
    return { entry: { ...entry, ...(age !== null && { writtenAt: this.#options.now() - age }) }, revision };
  }

  /**
   * An entry of this machine that the store had: where it is gone from there, another run has settled it. A store that does
   * not know its account any more is empty, new or not mounted, and tells nothing: this copy may be the last one.
   */
  async #unlessSettled(one: StoredEntry): Promise<StoredEntry | null> {
    const { store, local } = this.#options;
    const { intent } = one;
    const isShared = intent?.store === store.address && one.records.length > 1 && !one.isUnderWay;
    if (!isShared || (await store.get(entryKey(one.id))) !== null) return one;
    const record = await store.get(recordKey(accountOf(intent)));
    if (record === null || wasNeverHeld(record.bytes)) return one;
    await local.erase(one.id).catch(() => undefined);
    return null;
  }
}

/**
 * An entry of the store, or what this machine has of it where it began it and has its answer: what stands in a store is as
 * trustworthy as whoever can write there.
 */
function ownOrForeign(entry: StoredEntry, onMachine: readonly StoredEntry[]): StoredEntry {
  const twin = onMachine.find(({ id }) => id === entry.id);
  if (entry.intent === null) return entry;
  const isOurs = twin !== undefined && twin.intent !== null && twin.isForeign !== true;
  if (isOurs && hasAnswer(twin.records)) return { ...entry, intent: twin.intent, records: twin.records };
  return isOurs && !hasAnswer(entry.records) ? entry : { ...entry, isForeign: true };
}

function hasAnswer(records: readonly JournalRecord[]): boolean {
  return records.some(({ type }) => type === 'answer');
}

function byTime(one: StoredEntry, other: StoredEntry): number {
  const [first = '', second = ''] = [one, other].map(({ intent, id }) => `${intent?.startedAt ?? '~'} ${id}`);
  return first < second ? -1 : Number(first > second);
}
