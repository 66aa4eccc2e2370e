import pLimit from 'p-limit';

import { parseFields, type Fields } from '../../model/account.ts';
import { safeText } from '../../model/text.ts';
import { accountKeyOf, storedEvent, type AuditEvent, type AuditHistory, type LogGap } from '../audit-read.ts';
import { partsOf } from '../holdings.ts';
import type { StateStore } from '../store/store.ts';
import { fieldsIn, markIn, namingIn } from './account-record.ts';
import { hashOf, linesIn, previousIn, recordOf } from './audit-chain.ts';

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
      // An event is there before the record of its account says so.
      const records = await valuesAt(await store.list('accounts/'));
      const values = await valuesAt(await store.list('audit/'));
      const lines = values.flatMap((bytes) => (bytes === null ? [''] : linesIn(bytes)));
      const seen = lines.flatMap((line) => seenIn(line) ?? []);
      // Those of one object are in order, and those of another may lie between them.
      for (const { event } of seen.toSorted(byTime)) visit(event);
      return { unreadable: lines.length - seen.length, gaps: gapsIn(lines, seen, records.map(fieldsIn)) };
    },
    rotations: async (accounts) => {
      const known = new Set(await store.list('accounts/'));
      const places = accounts.filter((place) => known.has(recordOf(place)));
      const values = await valuesAt(places.map(recordOf));
      return new Map(
        places.flatMap((place, index) => {
          const { issued } = markIn(fieldsIn(values[index] ?? null));
          return issued === null ? [] : [[accountKeyOf(place), issued.at] as const];
        }),
      );
    },
  };
}

/** An event as its line has it. */
interface SeenEvent {
  readonly line: string;
  readonly event: AuditEvent;
}

/** Where the hash of an event before, or of a last one, is that of none that is there. */
function gapsIn(lines: readonly string[], seen: readonly SeenEvent[], records: readonly Fields[]): readonly LogGap[] {
  const hashes = new Set(lines.map(hashOf));
  function areGone(all: readonly string[]): boolean {
    return all.some((hash) => !hashes.has(hash));
  }
  const names = new Map(seen.map(({ event }) => [placeKey(event), event.name]));
  const between = seen.filter(({ line }) => areGone(previousIn(line))).map(({ event }) => gapAt(event.at, event));
  const ends = records.flatMap((fields) => {
    if (!areGone(markIn(fields).heads)) return [];
    const parts = partsOf(namingIn(fields));
    return [gapAt(null, { ...parts, name: names.get(placeKey(parts)) ?? parts.name })];
  });
  return [...between, ...ends];
}

type Named = Record<'provider' | 'endpoint' | 'id' | 'name', string | null>;

function gapAt(at: string | null, { name, id }: Pick<Named, 'name' | 'id'>): LogGap {
  return { at, account: safeText(name ?? id ?? '') };
}

function placeKey({ provider, endpoint, id }: Omit<Named, 'name'>): string {
  return JSON.stringify([provider, endpoint, id]);
}

function seenIn(line: string): SeenEvent | null {
  const fields = parseFields(line);
  const event = fields === null ? null : storedEvent(fields);
  return event === null ? null : { line, event };
}

function byTime({ event: one }: SeenEvent, { event: other }: SeenEvent): number {
  return Date.parse(one.at) - Date.parse(other.at);
}
