import pLimit from 'p-limit';

import type { Context } from '../../context.ts';
import type { Holding, Holdings } from '../holdings.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { decodeAccount, encodeAccount, endOf, recordKey } from './account-record.ts';

export interface SharedHoldingsOptions extends Pick<Context, 'self' | 'uuid'> {
  readonly store: StateStore;
}

/** How many records are asked for at once. */
const concurrency = 16;

/** Who holds which accounts in a store; one that nobody ever held is not listed. Nothing is asked yet. */
export function openSharedHoldings({ store, self, uuid }: SharedHoldingsOptions): Holdings {
  async function read(key: string): Promise<Holding | null> {
    const value = await store.get(key);
    if (value === null) return null;
    const { hold, generation, ...record } = decodeAccount(value.bytes, `${store.address}/${key}`);
    if (generation === 0) return null;
    const seen = hold === null ? null : { ...hold, end: await endOf(hold, value, self) };
    return { account: key.slice(recordKey('').length), key: record.key, name: record.name, generation, hold: seen };
  }

  return {
    list: async () => {
      const limit = pLimit(concurrency);
      const keys = await store.list(recordKey(''));
      const found = await Promise.all(keys.map((key) => limit(() => read(key))));
      return found.filter((holding) => holding !== null);
    },
    release: async ({ account, hold }) => {
      const key = recordKey(account);
      // A run that lives renews its record, which is no other hold.
      for (let tries = 1; tries <= 10; tries += 1) {
        const value = await store.get(key);
        const record = value === null ? null : decodeAccount(value.bytes, `${store.address}/${key}`);
        if (value === null || record === null || record.hold?.token !== hold?.token) return false;
        if (record.hold === null) return true;
        const released = encodeAccount({ ...record, hold: null }, uuid());
        if ((await store.replace(key, released, value.revision)) !== null) return true;
      }
      throw new StateError(`cannot change ${key} in ${store.address}: another run keeps changing it`);
    },
  };
}
