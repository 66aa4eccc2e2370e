import { FailedError } from '../../errors.ts';
import { turns } from '../../files/coalesce.ts';
import { quoted } from '../../model/text.ts';
import { openRecord, sealedRecord, type JournalEntry } from '../journal-entry.ts';
import { encodeRecord, type AnswerRecord, type JournalRecord, type RecordedIntent } from '../record.ts';
import type { EntryPlace } from '../stored-entry.ts';
import { largestValue, StateError, type StateStore } from '../store/store.ts';

/** The key of a journal entry in a store. Its value is what its file would hold, without the reserve. */
export function entryKey(id: string): string {
  return `entries/${id.toLowerCase()}`;
}

export interface SharedEntryOptions extends EntryPlace {
  readonly store: StateStore;
  readonly intent: RecordedIntent;
  /** What it holds by now; the intent first. */
  readonly records: readonly JournalRecord[];
  /** Of its value; null where the store has none yet. */
  readonly revision: string | null;
  /** The same entry on this machine; null where another one began it. */
  readonly local: JournalEntry | null;
  readonly keepsSecret: boolean;
  /** Seals an answer for the recipients, as an armored age file. */
  readonly seal: (bytes: Uint8Array) => Promise<string>;
  readonly recipients: readonly string[];
  readonly now: () => number;
  /** Tells the user one line on stderr. */
  readonly report: (text: string) => Promise<void>;
  /** Called when nothing more will be written. */
  readonly onEnd: () => void;
}

/** What a store has of an entry. Only the run that holds the account writes it. */
class EntryValue {
  readonly #options: Pick<SharedEntryOptions, 'id' | 'path' | 'store'>;
  /** A record each. */
  readonly #lines: Uint8Array[];
  /** Undefined where it is not known whether the last write was done. */
  #revision: string | null | undefined;
  /** Whether the store had it once: where it is gone then, another run has settled it. */
  #wasThere: boolean;
  readonly #inTurn = turns();

  constructor({ records, revision, ...options }: SharedEntryOptions) {
    this.#options = options;
    this.#lines = records.map(encodeRecord);
    this.#revision = revision;
    this.#wasThere = revision !== null;
  }

  /** To be written with the next record. */
  note(record: JournalRecord): void {
    this.#lines.push(encodeRecord(record));
  }

  /** One write after the other; what could not be written goes with the next one. @throws StateError */
  put(record: JournalRecord): Promise<void> {
    this.note(record);
    return this.#inTurn(() => this.#write());
  }

  /** Removes it, if it is there. @throws StateError */
  remove(): Promise<void> {
    const { id, store } = this.#options;
    return this.#inTurn(async () => {
      const known = this.#revision ?? null;
      if (known === null || !(await store.remove(entryKey(id), known))) await removeEntry(store, id);
    });
  }

  /** Resolves when nothing is being written. */
  settled(): Promise<void> {
    return this.#inTurn(() => Promise.resolve());
  }

  async #write(): Promise<void> {
    const { id, path, store } = this.#options;
    const key = entryKey(id);
    const bytes = Buffer.concat(this.#lines);
    if (bytes.length > largestValue) throw new StateError(`${path} would be larger than 512 KiB`);
    const based = this.#revision === undefined ? ((await store.get(key))?.revision ?? null) : this.#revision;
    this.#revision = undefined;
    if (based === null && this.#wasThere) throw changedByOther(path);
    const written = await (based === null ? store.create(key, bytes) : store.replace(key, bytes, based));
    if (written === null) throw changedByOther(path);
    this.#wasThere = true;
    this.#revision = written;
  }
}

function changedByOther(path: string): StateError {
  return new StateError(`another run has changed ${path}`);
}

/**
 * An entry in a store and on this machine. Before a request leaves it is in both; an answer is kept where one of them takes
 * it, because it would be lost.
 */
export function sharedEntry(options: SharedEntryOptions): JournalEntry {
  const { id, path, store, local } = options;
  const value = new EntryValue(options);

  function at(): string {
    return new Date(options.now()).toISOString();
  }

  function keepRecord(record: AnswerRecord): Promise<void> {
    return inEither(options, local?.keepRecord(record), value.put(record));
  }

  async function ended(): Promise<void> {
    options.onEnd();
    await value.settled();
  }

  return {
    id,
    path,
    sent: async () => {
      // The one in the store would outlive a request that was not sent.
      await local?.sent();
      await value.put({ type: 'sent', at: at() });
    },
    keep: async (answer) => keepRecord(await recordOf(options, openRecord(answer, at()))),
    keepRecord,
    delivered: async (target) => {
      value.note({ type: 'delivered', target });
      await local?.delivered(target);
    },
    outcome: (outcome) =>
      inEither(options, local?.outcome(outcome), value.put({ type: 'outcome', at: at(), ...outcome })),
    isThere: async () => {
      const found = await store.get(entryKey(id)).catch(() => undefined);
      return found === undefined ? ((await local?.isThere()) ?? false) : found !== null;
    },
    close: async () => {
      await ended();
      // Nothing waits on this machine any more, whatever becomes of the store's.
      try {
        await value.remove();
      } finally {
        await local?.close();
      }
    },
    leave: async () => {
      await ended();
      await local?.leave();
    },
  };
}

/** An answer as both places keep it: it is sealed once. */
async function recordOf(options: SharedEntryOptions, answer: AnswerRecord): Promise<AnswerRecord> {
  return options.keepsSecret ? sealedRecord(options.intent, answer, options) : { ...answer, base64: null };
}

/** Waits until a record is in one of the two places at least. @throws what kept it from both */
async function inEither(
  { id, report }: Pick<SharedEntryOptions, 'id' | 'report'>,
  onMachine: Promise<void> | undefined,
  inStore: Promise<void>,
): Promise<void> {
  const [machine, shared] = await Promise.allSettled([onMachine, inStore]);
  if (shared.status === 'fulfilled') return;
  if (onMachine === undefined || machine.status === 'rejected') throw shared.reason;
  const why = shared.reason instanceof FailedError ? shared.reason.message : 'an unexpected error, a bug in sactl';
  await report(`entry ${id} is kept on this machine only: ${why}`);
}

/** Removes an entry from a store, if it is there. @throws StateError */
export async function removeEntry(store: StateStore, id: string): Promise<void> {
  const key = entryKey(id);
  for (let tries = 1; tries <= 3; tries += 1) {
    const found = await store.get(key);
    if (found === null || (await store.remove(key, found.revision))) return;
  }
  throw new StateError(`cannot remove ${quoted(key)} from ${store.address}: other runs change it`);
}
