import pLimit from 'p-limit';

import { parseFields } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import { issuanceIn, storedEvent } from '../audit-read.ts';
import { decodeRecords } from '../record.ts';
import { markAfter, markIn, markKey, valueBytes } from '../shared/audit-chain.ts';
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
    values.filter(({ key }) => !present.has(key)).map((value) => limit(() => copyValue(value, to))),
  );
  const copied = done.filter(Boolean).length;
  return { copied, present: values.length - copied };
}

/** What `copyValues` would do. @throws StateError */
export async function countMissing(values: readonly SourceValue[], to: StateStore, prefix: string): Promise<Copied> {
  const known = new Set(await to.list(prefix));
  const present = values.filter(({ key }) => known.has(key)).length;
  return { copied: values.length - present, present };
}

/** @returns false where another run was faster, or it is gone */
async function copyValue({ key, read }: SourceValue, to: StateStore): Promise<boolean> {
  const bytes = await read();
  if (bytes === null) return false;
  if (bytes.length > largestValue) throw new StateError(`${quoted(key)} is larger than 512 KiB: deliver it before`);
  return (await to.create(key, bytes)) !== null;
}

/** Notes when credentials were issued last, as events and marks of the source say it; later ones that are there stay. */
export async function copyMarks({ events, marks }: SourceContents, options: CopyOptions): Promise<void> {
  const limit = pLimit(concurrency);
  await Promise.all(marks.map((value) => limit(() => copyMark(value, options))));
  // A store has noted them beside its events.
  if (marks.length > 0) return;
  const latest = new Map<string, Uint8Array>();
  for (const { read } of events) {
    const bytes = await read();
    const issued = bytes === null ? null : issuanceIn(parseFields(Buffer.from(bytes).toString()) ?? {});
    if (bytes !== null && issued !== null) latest.set(markKey(issued.place), bytes);
  }
  await Promise.all([...latest].map(([key, bytes]) => limit(() => noteEvent(key, bytes, options))));
}

async function copyMark({ key, read }: SourceValue, { to, uuid }: CopyOptions): Promise<void> {
  const bytes = await read();
  if (bytes === null) return;
  await change(to, key, (found) => {
    if (found === null) return bytes;
    const [ours, theirs] = [markIn(found), markIn(bytes)];
    if ((ours.at ?? '') >= (theirs.at ?? '')) return null;
    const [before, after] = [found, bytes].map((one) => parseFields(Buffer.from(one).toString()) ?? {});
    return valueBytes({ ...before, ...after, head: ours.head ?? theirs.head, stamp: uuid() });
  });
}

async function noteEvent(key: string, bytes: Uint8Array, { to, uuid }: CopyOptions): Promise<void> {
  const fields = parseFields(Buffer.from(bytes).toString()) ?? {};
  const event = storedEvent(fields);
  const issued = issuanceIn(fields);
  if (event === null || issued === null) return;
  await change(to, key, (found) => {
    if (found !== null && (markIn(found).at ?? '') >= event.at) return null;
    return markAfter(event, issued.place, { found, head: null, stamp: uuid() });
  });
}

/** Null leaves it as it is. */
async function change(
  to: StateStore,
  key: string,
  next: (found: Uint8Array | null) => Uint8Array | null,
): Promise<void> {
  for (let tries = 1; tries <= 20; tries += 1) {
    const found = await to.get(key);
    const bytes = next(found?.bytes ?? null);
    if (bytes === null) return;
    const done = await (found === null ? to.create(key, bytes) : to.replace(key, bytes, found.revision));
    if (done !== null) return;
  }
  throw new StateError(`cannot change ${key} in ${to.address}: other runs keep changing it`);
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
