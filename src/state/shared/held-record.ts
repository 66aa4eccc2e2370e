import type { Context } from '../../context.ts';
import { turns } from '../../files/coalesce.ts';
import { createRenewals } from '../../files/lease.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { decodeAccount, encodeAccount, nameOfHold, type AccountMark, type AccountRecord } from './account-record.ts';
import { changeMark, markAfter, type MarkChange } from './audit-chain.ts';

/** An account's record while this run holds it. It is renewed until it is released. */
export interface HeldRecord {
  /** Renews it at once. @returns false where another run has taken it over; null where that cannot be known */
  readonly renew: () => Promise<boolean | null>;
  /** Who had it when it was seen that another run had taken it over; null is nobody. */
  readonly takenBy: () => string | null;
  /** What the store knows of the account, with all that is noted. */
  readonly mark: () => AccountMark;
  /** Writes it with the next renewal, or the release. @returns false where that is too late */
  readonly note: (change: MarkChange) => boolean;
  /** Lets go of it. Never rejects: where the store does not answer, the lease ends it. */
  readonly release: () => Promise<void>;
}

interface HeldOptions extends Pick<Context, 'now' | 'timeout' | 'uuid'> {
  readonly store: StateStore;
  readonly key: string;
  readonly record: AccountRecord & { readonly hold: NonNullable<AccountRecord['hold']> };
  readonly revision: string;
  /** When the write that took it was begun, in milliseconds. */
  readonly takenAt: number;
}

/** How often others, who note events, may be faster at a record that is held. */
const mostTries = 5;

export function heldRecord(options: HeldOptions): HeldRecord {
  const { record, now, timeout } = options;
  const { leaseMs } = record.hold;
  const own = new OwnRecord(options);
  const inTurn = turns();
  let isEnding = false;

  async function renewNow(): Promise<boolean | null> {
    if (isEnding) return false;
    try {
      if (await own.insist(record.hold)) return true;
      return own.isLost ? false : null;
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      // Nobody may take it over before its lease has ended by the store's clock, which began later than ours.
      return now() - own.renewedAt < leaseMs ? true : null;
    }
  }

  const endRenewals = createRenewals({ timeout, leaseMs })(async () => void (await inTurn(renewNow)));
  return {
    renew: () => inTurn(renewNow),
    takenBy: () => own.takenBy,
    mark: () => own.mark(),
    note: (change) => {
      if (own.isLost || isEnding) return false;
      own.note(change);
      return true;
    },
    release: async () => {
      endRenewals();
      isEnding = true;
      await inTurn(async () => (await own.insist(null)) || own.handOn()).catch(() => undefined);
    },
  };
}

/** What this run knows of a record that it holds. One write after the other. */
class OwnRecord {
  readonly #options: HeldOptions;
  /** Null after a write of which it is not known whether it was done. */
  #revision: string | null;
  /** As the store has it in this revision. */
  #written: AccountMark;
  #noted: readonly MarkChange[] = [];
  /** When the last write that was done was begun. */
  renewedAt: number;
  isLost = false;
  takenBy: string | null = null;

  constructor(options: HeldOptions) {
    this.#options = options;
    this.#revision = options.revision;
    this.#written = options.record;
    this.renewedAt = options.takenAt;
  }

  mark(): AccountMark {
    return this.#noted.reduce(markAfter, this.#written);
  }

  note(change: MarkChange): void {
    this.#noted = [...this.#noted, change];
  }

  /** @returns false where it is lost, or others were faster each time. @throws StateError */
  async insist(hold: AccountRecord['hold']): Promise<boolean> {
    for (let tries = 1; tries <= mostTries && !this.isLost; tries += 1) if (await this.#write(hold)) return true;
    return false;
  }

  /** Writes what is left into the record of the run that has taken the account over. @throws StateError */
  async handOn(): Promise<void> {
    const left = this.#noted;
    if (!this.isLost || left.length === 0) return;
    await changeMark({ ...this.#options, naming: this.#options.record }, (found) => left.reduce(markAfter, found));
  }

  async #write(hold: AccountRecord['hold']): Promise<boolean> {
    const { store, key, record, now, uuid } = this.#options;
    const begunAt = now();
    const based = this.#revision ?? (await this.#ownRevision());
    this.#revision = null;
    const [next, count] = [this.mark(), this.#noted.length];
    const bytes = encodeAccount({ ...record, ...next, hold }, uuid());
    const written = based === null ? null : await store.replace(key, bytes, based);
    if (written === null) {
      // A condition that failed may be due to an earlier write of ours, whose answer was lost, or to an event of another run.
      this.#revision = await this.#ownRevision();
      this.isLost = this.#revision === null;
      return false;
    }
    this.#revision = written;
    this.#written = next;
    this.#noted = this.#noted.slice(count);
    this.renewedAt = begunAt;
    return true;
  }

  /** The revision of a record that is ours; null where it is another's by now. */
  async #ownRevision(): Promise<string | null> {
    const { store, key, record } = this.#options;
    const found = await store.get(key);
    const seen = found === null ? null : decodeAccount(found.bytes, `${store.address}/${key}`);
    if (found !== null && seen?.hold?.token === record.hold.token) {
      this.#written = seen;
      return found.revision;
    }
    this.takenBy = seen === null || seen.hold === null ? null : nameOfHold(seen.hold);
    return null;
  }
}
