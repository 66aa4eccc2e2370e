import type { Context } from '../../context.ts';
import { turns } from '../../files/coalesce.ts';
import { createRenewals } from '../../files/lease.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { decodeAccount, encodeAccount, nameOfHold, type AccountRecord } from './account-record.ts';

/** An account's record while this run holds it. It is renewed until it is released. */
export interface HeldRecord {
  /** Renews it at once. @returns false where another run has taken it over; null where that cannot be known */
  readonly renew: () => Promise<boolean | null>;
  /** Who had it when it was seen that another run had taken it over; null is nobody. */
  readonly takenBy: () => string | null;
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

export function heldRecord(options: HeldOptions): HeldRecord {
  const { store, key, record, now, timeout, uuid } = options;
  const { leaseMs, token } = record.hold;
  /** Null after a write of which it is not known whether it was done. */
  let revision: string | null = options.revision;
  let renewedAt = options.takenAt;
  let isLost = false;
  let takenBy: string | null = null;
  const inTurn = turns();

  /** The revision of a record that is ours; null where it is another's by now. */
  async function ownRevision(): Promise<string | null> {
    const { hold, revision: found } = await readHold(options);
    if (hold?.token === token) return found;
    takenBy = hold === null ? null : nameOfHold(hold);
    return null;
  }

  async function write(next: AccountRecord): Promise<boolean> {
    const begunAt = now();
    const based = revision ?? (await ownRevision());
    revision = null;
    const written = based === null ? null : await store.replace(key, encodeAccount(next, uuid()), based);
    if (written === null) {
      // A condition that failed may be due to an earlier write of ours, whose answer was lost.
      revision = await ownRevision();
      isLost = revision === null;
      return false;
    }
    revision = written;
    renewedAt = begunAt;
    return true;
  }

  async function renewNow(): Promise<boolean | null> {
    if (isLost) return false;
    try {
      if ((await write(record)) || (!isLost && (await write(record)))) return true;
      return isLost ? false : null;
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      // Nobody may take it over before its lease has ended by the store's clock, which began later than ours.
      return now() - renewedAt < leaseMs ? true : null;
    }
  }

  const endRenewals = createRenewals({ timeout, leaseMs })(async () => void (await inTurn(renewNow)));
  return {
    renew: () => inTurn(renewNow),
    takenBy: () => takenBy,
    release: async () => {
      endRenewals();
      const idle = { ...record, hold: null };
      await inTurn(async () => isLost || (await write(idle)) || isLost || write(idle)).catch(() => undefined);
    },
  };
}

/** What the record says now. @throws StateError */
async function readHold({
  store,
  key,
}: HeldOptions): Promise<Pick<AccountRecord, 'hold'> & { revision: string | null }> {
  const found = await store.get(key);
  return found === null
    ? { hold: null, revision: null }
    : { hold: decodeAccount(found.bytes, `${store.address}/${key}`).hold, revision: found.revision };
}
