import { hash } from 'node:crypto';

import { parseFields } from '../../model/account.ts';
import { digestOf } from '../account-lock.ts';
import { issuanceIn, type AccountPlace, type AuditEvent } from '../audit-read.ts';
import { StateError } from '../store/store.ts';
import {
  encodeAccount,
  hashesIn,
  readRecord,
  recordKey,
  type AccountMark,
  type AccountRecord,
  type FoundRecord,
  type LastIssued,
  type RecordPlace,
} from './account-record.ts';

/** What an event changes in what a store knows of its account. */
export interface MarkChange {
  /** Null where it does not issue a credential. */
  readonly issued: LastIssued | null;
  /** The hash of the event, and of those that it names as the ones before; null where only its time counts. */
  readonly event: { readonly hash: string; readonly previous: readonly string[] } | null;
}

/**
 * A mark after a change; the later credential stays. Each event has the hashes of those before it, so that one that was changed
 * or removed leaves a gap. An event that another run wrote meanwhile stays beside it, until a later one names both. To do it
 * again does no harm.
 */
export function markAfter({ issued, heads }: AccountMark, { issued: next, event }: MarkChange): AccountMark {
  const isNewer = next !== null && (issued?.at ?? '') <= next.at;
  const others = event === null ? heads : heads.filter((one) => one !== event.hash && !event.previous.includes(one));
  return { issued: isNewer ? next : issued, heads: event === null ? heads : [...others, event.hash] };
}

/** The credential that an event says was issued; null where it says none. */
export function issuedBy(event: AuditEvent): LastIssued | null {
  const { at, fingerprint, targets } = event;
  return issuanceIn(event) === null ? null : { at, fingerprint, targets };
}

/** The account that an event is of; null where the event does not say. */
export function placeOf({ provider, endpoint, id }: AuditEvent): AccountPlace | null {
  return provider === null || endpoint === null || id === null ? null : { provider, endpoint, id };
}

/** The key of the record of an account with an id. */
export function recordOf({ provider, endpoint, id }: AccountPlace): string {
  return recordKey(digestOf([provider, endpoint, '', id]));
}

/** How the record of an event's account names it, where there is none yet. */
export function namingOf({
  provider,
  endpoint,
  organization,
  id,
  name,
}: AuditEvent): Pick<AccountRecord, 'key' | 'name'> {
  const key = [provider ?? '', endpoint ?? '', organization ?? '', id ?? ''];
  return { key, name: `${provider} service account ${name ?? id}` };
}

export interface MarkPlace extends RecordPlace {
  readonly uuid: () => string;
}

/** How often other runs may be faster at one account. */
const mostTries = 20;

/**
 * Changes what the record of an account says for the audit log, also while another run holds it, and tries again where another
 * run was faster. Nothing is written where nothing changes. @param found the record, where it was read just now.
 * @throws StateError
 */
export async function changeMark(
  place: MarkPlace,
  change: (mark: AccountMark) => AccountMark,
  found?: FoundRecord,
): Promise<void> {
  const { store, key, uuid } = place;
  let last = found;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const { value, record } = last ?? (await readRecord(place));
    const next = change(record);
    if (isSameMark(record, next)) return;
    const bytes = encodeAccount({ ...record, ...next }, uuid());
    const done = await (value === null ? store.create(key, bytes) : store.replace(key, bytes, value.revision));
    if (done !== null) return;
    last = undefined;
  }
  throw new StateError(`cannot change ${key} in ${store.address}: other runs keep changing it`);
}

function isSameMark(one: AccountMark, other: AccountMark): boolean {
  return JSON.stringify([one.issued, one.heads]) === JSON.stringify([other.issued, other.heads]);
}

/** Of an event as its line has it: SHA-256 in hex. */
export function hashOf(line: Uint8Array | string): string {
  return hash('sha256', line);
}

/** The lines of an object of the log, each an event, with what ends it. */
export function linesIn(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes)
    .toString()
    .split(/(?<=\n)/);
}

/** The hashes of the events before, as an event's line says them. */
export function previousIn(line: string): readonly string[] {
  return hashesIn(parseFields(line)?.['previous']);
}
