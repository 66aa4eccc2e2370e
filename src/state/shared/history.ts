import pLimit from 'p-limit';

import { asText, parseFields } from '../../model/account.ts';
import { safeText } from '../../model/text.ts';
import { accountKeyOf, storedEvent, type AuditEvent, type AuditHistory, type LogGap } from '../audit-read.ts';
import type { StateStore } from '../store/store.ts';
import { hashOf, markIn, markKey, previousIn } from './audit-chain.ts';

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
      // An event is there before the mark says so.
      const marks = await valuesAt(await store.list('issued/'));
      const values = await valuesAt(await store.list('audit/'));
      const events = values.map(eventIn);
      for (const event of events) if (event !== null) visit(event);
      return { unreadable: events.filter((event) => event === null).length, gaps: gapsIn(values, marks) };
    },
    rotations: async (accounts) => {
      const known = new Set(await store.list('issued/'));
      const places = accounts.filter((place) => known.has(markKey(place)));
      const values = await valuesAt(places.map(markKey));
      return new Map(
        places.flatMap((place, index) => {
          const at = markIn(values[index] ?? new Uint8Array()).at;
          return at === null ? [] : [[accountKeyOf(place), at] as const];
        }),
      );
    },
  };
}

/** Where the hash of an event before, or of the last one, is that of none that is there. */
function gapsIn(values: readonly (Uint8Array | null)[], marks: readonly (Uint8Array | null)[]): readonly LogGap[] {
  const hashes = new Set(values.map((bytes) => bytes && hashOf(bytes)));
  function isGone(hash: string | null): boolean {
    return hash !== null && !hashes.has(hash);
  }
  const events = values.flatMap((bytes) => {
    const event = eventIn(bytes);
    return bytes === null || event === null ? [] : [{ event, previous: previousIn(bytes) }];
  });
  const names = new Map(events.map(({ event }) => [placeKey(event), event.name]));
  const between = events.filter(({ previous }) => isGone(previous)).map(({ event }) => gapAt(event.at, event));
  const ends = marks.flatMap((bytes) => {
    if (bytes === null || !isGone(markIn(bytes).head)) return [];
    const { provider, endpoint, id } = parseFields(Buffer.from(bytes).toString()) ?? {};
    const place = { provider: asText(provider), endpoint: asText(endpoint), id: asText(id) };
    return [gapAt(null, { ...place, name: names.get(placeKey(place)) ?? null })];
  });
  return [...between, ...ends];
}

type Named = Pick<AuditEvent, 'provider' | 'endpoint' | 'id' | 'name'>;

function gapAt(at: string | null, { name, id }: Named): LogGap {
  return { at, account: safeText(name ?? id ?? '') };
}

function placeKey({ provider, endpoint, id }: Omit<Named, 'name'>): string {
  return JSON.stringify([provider, endpoint, id]);
}

function eventIn(bytes: Uint8Array | null): AuditEvent | null {
  const fields = bytes === null ? null : parseFields(Buffer.from(bytes).toString());
  return fields === null ? null : storedEvent(fields);
}
