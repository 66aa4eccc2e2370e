import { wholeSeconds } from '../../model/account.ts';
import type { Context } from '../../context.ts';
import { ConflictError } from '../../errors.ts';
import { holderOf } from '../../files/holder.ts';
import type { LockWait } from '../../files/lock.ts';
import { inWords } from '../../model/duration.ts';
import { safeText } from '../../model/text.ts';
import { sactl } from '../../model/hint.ts';
import { digestOf, type AccountLocks, type LockedAccount } from '../account-lock.ts';
import { StateError, type StateStore, type StoredValue } from '../store/store.ts';
import {
  decodeAccount,
  encodeAccount,
  endOf,
  foundRecord,
  nameOfHold,
  readRecord,
  recordKey,
  type AccountRecord,
  type FoundRecord,
  type Hold,
  type SeenRecords,
} from './account-record.ts';
import { heldRecord, type HeldRecord } from './held-record.ts';

export interface SharedLocksOptions extends Pick<Context, 'now' | 'sleep' | 'timeout' | 'uuid' | 'self' | 'signal'> {
  readonly store: StateStore;
  readonly leaseMs: number;
  /** An account is locked by what was seen of it: where that has changed since, the write fails, and it is read. */
  readonly seen: Pick<SeenRecords, 'take'>;
  /** The page of the CI run that this process is part of. */
  readonly run: string | null;
  /** Tells the user one line on stderr. */
  readonly report: (text: string) => Promise<void>;
}

/** Account locks in a store, for all machines that use it. */
export interface SharedLocks extends AccountLocks {
  /** Who works on an entry of an account, given by its digest; null where no run does, or none that lives. */
  readonly workerOn: (account: string, entry: string) => Promise<Hold | null>;
  /** The record with this key, where this process holds it; else null. */
  readonly holding: (key: string) => HeldRecord | null;
}

/** Nothing is asked yet. There is to be one per process: it knows which records this process holds. */
export function openSharedLocks(options: SharedLocksOptions): SharedLocks {
  const mine = new Set<string>();
  const records = new Map<string, HeldRecord>();
  return {
    lock: async (account, wait) => {
      const token = options.uuid();
      mine.add(token);
      try {
        const key = recordKey(digestOf(account.key));
        const held = await new Attempt(options, account, { key, token, isMine: (other) => mine.has(other) }).take(wait);
        records.set(key, held);
        return {
          ...held,
          release: async () => {
            await held.release();
            mine.delete(token);
            if (records.get(key) === held) records.delete(key);
          },
        };
      } catch (error) {
        mine.delete(token);
        throw error;
      }
    },
    workerOn: async (account, entry) => {
      const key = recordKey(account);
      const found = await options.store.get(key);
      const hold = found === null ? null : holdIn(found.bytes);
      if (found === null || hold?.entry !== entry) return null;
      // What this process has left, nobody is working on; the journal knows what it writes.
      if (mine.has(hold.token)) return null;
      return (await isAbandoned(options, found, hold)) === true ? null : hold;
    },
    holding: (key) => records.get(key) ?? null,
  };
}

/** A store is asked at most this often while an account is waited for. */
const pauseMs = 1000;

/** How often others may be faster at a record that nobody holds before the attempt is given up. */
const mostTries = 10;

/** What is known of a record that another run holds. */
interface Seen {
  readonly revision: string;
  /** When it was first seen with this revision, by this process's own clock. */
  readonly since: number;
}

interface Seeker {
  /** Of the account's record. */
  readonly key: string;
  readonly token: string;
  /** Whether this process holds, or seeks, an account with a token. */
  readonly isMine: (token: string) => boolean;
}

class Attempt {
  readonly #options: SharedLocksOptions;
  readonly #account: LockedAccount;
  readonly #key: string;
  readonly #token: string;
  readonly #isMine: (token: string) => boolean;
  #seen: Seen | null = null;

  constructor(options: SharedLocksOptions, account: LockedAccount, { key, token, isMine }: Seeker) {
    this.#options = options;
    this.#account = account;
    this.#key = key;
    this.#token = token;
    this.#isMine = isMine;
  }

  async take(wait: LockWait | undefined): Promise<HeldRecord> {
    const patienceMs = wait === undefined ? 0 : wait.pauseMs * wait.pauses;
    const startedAt = this.#options.now();
    let tries = 0;
    for (;;) {
      const found = await this.#find();
      const { hold } = found.record;
      const refusal = hold === null || found.value === null ? null : await this.#refusalOf(found.value, hold);
      if (refusal === null) {
        const held = await this.#put(found);
        if (held !== null) return held;
        tries += 1;
        if (tries >= mostTries) throw this.#busy();
      } else {
        if (refusal.isCertain && this.#options.now() - startedAt >= patienceMs) throw refusal.error;
        await (wait?.sleep ?? this.#options.sleep)(pauseMs, wait?.signal ?? this.#options.signal);
      }
    }
  }

  /**
   * Why it cannot be taken now. Where the store tells no time, a record that stays the same for a lease is abandoned, by this
   * process's own clock; until then nothing is certain, and one that changes is another run's.
   */
  async #refusalOf(value: StoredValue, hold: Hold): Promise<{ error: Error; isCertain: boolean } | null> {
    const { now, report } = this.#options;
    const { revision } = value;
    const isKnown = this.#isMine(hold.token) ? false : await isAbandoned(this.#options, value, hold);
    if (isKnown === true) return this.#takeOver(hold);
    const error = locked(this.#account.name, hold);
    if (isKnown === false) return { error, isCertain: true };
    if (this.#seen !== null && this.#seen.revision !== revision) return { error, isCertain: true };
    if (this.#seen === null) {
      const longest = inWords(hold.leaseMs);
      await report(
        `${safeText(this.#account.name)} is held by ${nameOfHold(hold)}; looking whether that run lives, for up to ${longest}`,
      );
    }
    this.#seen ??= { revision, since: now() };
    return now() - this.#seen.since > hold.leaseMs ? this.#takeOver(hold) : { error, isCertain: false };
  }

  async #takeOver(hold: Hold): Promise<null> {
    await this.#options.report(`${safeText(this.#account.name)} was left by ${nameOfHold(hold)}; taking it over`);
    return null;
  }

  /** Null where another run was faster. */
  async #put({ value, record }: FoundRecord): Promise<HeldRecord | null> {
    const { store, now, self, run, leaseMs, uuid } = this.#options;
    const takenAt = now();
    const hold: Hold = {
      token: this.#token,
      holder: holderOf(self),
      run,
      since: new Date(takenAt).toISOString(),
      leaseMs,
      entry: this.#account.entry ?? null,
    };
    const next = { ...record, generation: record.generation + 1, ...this.#naming(), hold };
    const bytes = encodeAccount(next, uuid());
    const revision = await (value === null
      ? store.create(this.#key, bytes)
      : store.replace(this.#key, bytes, value.revision));
    return revision === null ? null : heldRecord({ ...this.#options, key: this.#key, record: next, revision, takenAt });
  }

  async #find(): Promise<FoundRecord> {
    const { store, seen } = this.#options;
    const place = { store, key: this.#key, naming: this.#naming() };
    const value = seen.take(this.#key);
    return value === undefined ? readRecord(place) : foundRecord(value, place);
  }

  #naming(): Pick<AccountRecord, 'key' | 'name'> {
    return { key: this.#account.key, name: this.#account.name };
  }

  #busy(): ConflictError {
    const what = `other runs are competing for ${safeText(this.#account.name)}`;
    return new ConflictError('locked', what, { retryable: true });
  }
}

/** Null where a record cannot be read either: nobody changes the account then, and its entry is listed all the same. */
function holdIn(bytes: Uint8Array): Hold | null {
  try {
    return decodeAccount(bytes, '').hold;
  } catch (error) {
    if (error instanceof StateError) return null;
    throw error;
  }
}

/** Null where nothing but waiting can tell. @throws StateError */
async function isAbandoned(
  { self }: Pick<SharedLocksOptions, 'self'>,
  value: StoredValue,
  hold: Hold,
): Promise<boolean | null> {
  const end = await endOf(hold, value, self);
  return end === 'unknown' ? null : end !== 'held';
}

function locked(name: string, hold: Hold): ConflictError {
  return new ConflictError(
    'locked',
    `${safeText(name)} is held by ${nameOfHold(hold)} since ${wholeSeconds(hold.since) ?? 'an unknown time'}`,
    {
      hint: [
        `wait for it to end (--wait 10m); if it is gone, it ends by itself within ${inWords(hold.leaseMs)}; who holds what: `,
        sactl`state show`,
      ],
      retryable: true,
    },
  );
}
