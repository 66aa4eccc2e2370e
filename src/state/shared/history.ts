import pLimit from 'p-limit';

import { parseFields } from '../../model/account.ts';
import { accountKeyOf, storedEvent, type AuditEvent, type AuditHistory } from '../audit-read.ts';
import type { StateStore } from '../store/store.ts';
import { issuedIn, issuedKey } from './audit.ts';

/** How many values are asked for at once. */
const concurrency = 16;

/** What the audit log in a store tells. Nothing is asked yet. */
export function openSharedHistory(store: StateStore): AuditHistory {
  async function valuesAt(keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    const limit = pLimit(concurrency);
    return Promise.all(keys.map((key) => limit(async () => (await store.get(key))?.bytes ?? null)));
  }
  return {
    events: async (visit) => {
      const values = await valuesAt(await store.list('audit/'));
      const events = values.map(eventIn);
      for (const event of events) if (event !== null) visit(event);
      return events.filter((event) => event === null).length;
    },
    rotations: async (accounts) => {
      const known = new Set(await store.list('issued/'));
      const places = accounts.filter((place) => known.has(issuedKey(place)));
      const values = await valuesAt(places.map(issuedKey));
      return new Map(
        places.flatMap((place, index) => {
          const at = issuedIn(values[index] ?? new Uint8Array());
          return at === null ? [] : [[accountKeyOf(place), at] as const];
        }),
      );
    },
  };
}

function eventIn(bytes: Uint8Array | null): AuditEvent | null {
  const fields = bytes === null ? null : parseFields(Buffer.from(bytes).toString());
  return fields === null ? null : storedEvent(fields);
}
