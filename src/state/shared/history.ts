import pLimit from 'p-limit';

import { parseFields, type Fields } from '../../model/account.ts';
import { safeText } from '../../model/text.ts';
import { accountKeyOf, storedEvent, type AuditEvent, type AuditHistory, type LogGap } from '../audit-read.ts';
import { partsOf } from '../holdings.ts';
import type { StateStore, StoredValue } from '../store/store.ts';
import { fieldsIn, markIn, namingIn, type SeenRecords } from './account-record.ts';
import { hashOf, linesIn, previousIn, recordOf } from './audit-chain.ts';

/** How many values are asked for at once. */
const concurrency = 16;

/** What the audit log in a store tells, and what it sees of records by the way. Nothing is asked yet. */
export function openSharedHistory(store: StateStore, { note }: Pick<SeenRecords, 'note'>): AuditHistory {
  async function storedAt(keys: readonly string[]): Promise<readonly (StoredValue | null)[]> {
    const limit = pLimit(concurrency);
    return Promise.all(keys.map((key) => limit(() => store.get(key))));
  }
  async function valuesAt(keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    return (await storedAt(keys)).map((value) => value?.bytes ?? null);
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
      const all = accounts.map((place) => ({ place, key: recordOf(place) }));
      const recorded = all.filter(({ key }) => known.has(key));
      for (const { key } of all) if (!known.has(key)) note(key, null);
      const values = await storedAt(recorded.map(({ key }) => key));
      return new Map(
        recorded.flatMap(({ place, key }, index) => {
          const value = values[index] ?? null;
          const fields = fieldsIn(value?.bytes ?? null);
          if (fields['hold'] === null) note(key, value);
          const { issued } = markIn(fields);
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
