import pLimit from 'p-limit';

import type { Context } from '../../context.ts';
import { nameOfHolder } from '../../files/holder.ts';
import { safeText } from '../../model/text.ts';
import type { Holding } from '../holdings.ts';
import { fieldsIn, markIn } from '../shared/account-record.ts';
import { changeMark, type MarkPlace } from '../shared/audit-chain.ts';
import { openSharedHoldings } from '../shared/holdings.ts';
import type { StateStore } from '../store/store.ts';

/** Where a state is that is to be copied. */
export interface MigrationSource {
  /** What is under way there, as it reads after `there is`: no copy is made of what changes. @throws FailedError */
  readonly busy: () => Promise<readonly string[]>;
  /** @throws FailedError; UsageError when it is not to be trusted */
  readonly read: () => Promise<SourceContents>;
}

export interface SourceContents {
  readonly entries: readonly SourceValue[];
  readonly events: readonly SourceValue[];
  /** The records of accounts, which say when credentials were issued last; a folder's is in its events. */
  readonly records: readonly SourceValue[];
  /** How much cannot be read, and stays where it is. */
  readonly unreadable: number;
  /** Removes the events there, unless some came since. @returns whether it did */
  readonly removeEvents: () => Promise<boolean>;
}

/** What is to stand under a key of the other store. */
export interface SourceValue {
  readonly key: string;
  /** Null where it is gone by now. */
  readonly read: () => Promise<Uint8Array | null>;
  /** Removes it there, unless it was changed since. @returns whether it did */
  readonly remove: () => Promise<boolean>;
}

/** How many values are asked for at once. */
export const concurrency = 16;

/** A store. Nothing is asked yet. */
export function storeSource(store: StateStore, ctx: Pick<Context, 'self' | 'uuid'>): MigrationSource {
  function valueAt(key: string): SourceValue {
    let revision: string | null = null;
    return {
      key,
      read: async () => {
        const found = await store.get(key);
        revision = found?.revision ?? null;
        return found?.bytes ?? null;
      },
      remove: async () => {
        // What was there already was not read.
        const based = revision ?? (await store.get(key))?.revision ?? null;
        return based === null || store.remove(key, based);
      },
    };
  }
  async function valuesOf(prefix: string): Promise<readonly SourceValue[]> {
    return (await store.list(prefix)).map(valueAt);
  }
  return {
    busy: async () => (await openSharedHoldings({ ...ctx, store }).list()).flatMap(workOn),
    read: async () => {
      const limit = pLimit(concurrency);
      const [entries, accounts] = [await valuesOf('entries/'), await valuesOf('accounts/')];
      const records = accounts.map((value) => recordAt(value, { store, ...ctx }));
      // An event is there before the record of its account says so: what these name is among the events.
      await Promise.all(records.map(({ read }) => limit(read)));
      const events = await valuesOf('audit/');
      return {
        entries,
        events,
        records,
        unreadable: 0,
        removeEvents: async () => {
          const all = [...events, ...records];
          const removed = await Promise.all(all.map(({ remove }) => limit(remove)));
          return removed.every(Boolean);
        },
      };
    },
  };
}

/** What a record says of events goes with them, and stays where it is of later ones; so does who held the account. */
function recordAt(value: SourceValue, { store, uuid }: Pick<MarkPlace, 'store' | 'uuid'>): SourceValue {
  let reading: Promise<Uint8Array | null> | null = null;
  function read(): Promise<Uint8Array | null> {
    return (reading ??= value.read());
  }
  return {
    ...value,
    read,
    remove: async () => {
      const known = markIn(fieldsIn(await read()));
      let isChanged = false;
      await changeMark({ store, key: value.key, naming: { key: null, name: '' }, uuid }, ({ issued, heads }) => {
        const left = heads.filter((hash) => !known.heads.includes(hash));
        isChanged = left.length > 0;
        return { issued: issued?.at === known.issued?.at ? null : issued, heads: left };
      });
      return !isChanged;
    },
  };
}

/** A hold whose run may live. */
export function workOn({ name, hold }: Holding): readonly string[] {
  if (hold === null || hold.end === 'dead' || hold.end === 'lapsed') return [];
  return [`${safeText(name ?? 'an account')} is held by ${nameOfHolder(hold.holder)}`];
}
