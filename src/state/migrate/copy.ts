import pLimit from 'p-limit';

import { quoted } from '../../model/text.ts';
import { storedEvent, type AuditEvent } from '../audit-read.ts';
import { decodeRecords } from '../record.ts';
import { fieldsIn, markIn, namingIn } from '../shared/account-record.ts';
import { eventsAt } from '../shared/audit.ts';
import { changeMark, issuedBy, markAfter, namingOf, placeOf, recordOf } from '../shared/audit-chain.ts';
import { largestValue, StateError, type StateStore } from '../store/store.ts';
import { concurrency, type SourceContents, type SourceValue } from './source.ts';

export interface Copied {
  readonly copied: number;
  /** How many were there already. */
  readonly present: number;
}

interface CopyOptions {
  readonly to: StateStore;
  readonly uuid: () => string;
}

/** Copies the values that are not there yet; those that are stay as they are. @throws StateError */
export async function copyValues(values: readonly SourceValue[], to: StateStore, prefix: string): Promise<Copied> {
  const present = new Set(await to.list(prefix));
  const limit = pLimit(concurrency);
  const done = await Promise.all(
    values
      .filter(({ key }) => !present.has(key))
      .map((value) => limit(async () => ((await copyValue(value, to)) ? [value] : []))),
  );
  const copied = countOf(done.flat());
  return { copied, present: countOf(values) - copied };
}

/** What `copyValues` would do. @throws StateError */
export async function countMissing(values: readonly SourceValue[], to: StateStore, prefix: string): Promise<Copied> {
  const known = new Set(await to.list(prefix));
  const present = countOf(values.filter(({ key }) => known.has(key)));
  return { copied: countOf(values) - present, present };
}

/** How many entries or events they hold. */
function countOf(values: readonly SourceValue[]): number {
  return values.reduce((sum, { key }) => sum + eventsAt(key), 0);
}

/** @returns false where another run was faster, or it is gone */
async function copyValue({ key, read }: SourceValue, to: StateStore): Promise<boolean> {
  const bytes = await read();
  if (bytes === null) return false;
  if (bytes.length > largestValue) throw new StateError(`${quoted(key)} is larger than 512 KiB: deliver it before`);
  return (await to.create(key, bytes)) !== null;
}

/** Notes when credentials were issued last, as events and records of the source say it; later ones that are there stay. */
export async function copyMarks({ events, records }: SourceContents, options: CopyOptions): Promise<void> {
  const limit = pLimit(concurrency);
  await Promise.all(records.map((value) => limit(() => copyMark(value, options))));
  // A store has noted them beside its events.
  if (records.length > 0) return;
  const latest = new Map<string, AuditEvent>();
  for (const { read } of events) {
    const event = storedEvent(fieldsIn(await read()));
    const place = event === null || issuedBy(event) === null ? null : placeOf(event);
    if (event !== null && place !== null) latest.set(recordOf(place), event);
  }
  await Promise.all([...latest].map(([key, event]) => limit(() => noteEvent(key, event, options))));
}

async function copyMark({ key, read }: SourceValue, { to, uuid }: CopyOptions): Promise<void> {
  const fields = fieldsIn(await read());
  const { issued, heads } = markIn(fields);
  if (issued === null && heads.length === 0) return;
  await changeMark({ store: to, key, naming: namingIn(fields), uuid }, (found) => ({
    issued: markAfter(found, { issued, event: null }).issued,
    heads: [...new Set([...found.heads, ...heads])],
  }));
}

async function noteEvent(key: string, event: AuditEvent, { to, uuid }: CopyOptions): Promise<void> {
  const change = { issued: issuedBy(event), event: null };
  await changeMark({ store: to, key, naming: namingOf(event), uuid }, (found) => markAfter(found, change));
}

/** The keys of the values that do not stand in the store as they should. @throws StateError */
export async function missingIn(to: StateStore, values: readonly SourceValue[]): Promise<readonly string[]> {
  const limit = pLimit(concurrency);
  const checked = await Promise.all(
    values.map((value) => limit(async () => ((await isThere(value, to)) ? [] : [value.key]))),
  );
  return checked.flat();
}

/** An entry may have been sealed anew; then it has to hold as much. */
async function isThere({ key, read }: SourceValue, to: StateStore): Promise<boolean> {
  const [found, bytes] = [(await to.get(key))?.bytes ?? null, await read()];
  if (bytes === null) return true;
  if (found === null) return false;
  if (Buffer.compare(found, bytes) === 0) return true;
  if (!key.startsWith('entries/')) return false;
  const [there, here] = [found, bytes].map((one) =>
    decodeRecords(one)
      .records.map(({ type }) => type)
      .join(),
  );
  return there === here;
}
