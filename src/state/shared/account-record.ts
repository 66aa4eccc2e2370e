import type { ProcessIdentity } from '../../context.ts';
import { isDead, nameOfHolder, parseHolder, type Holder } from '../../files/holder.ts';
import { asText, fieldsOf, parseFields, type Fields } from '../../model/account.ts';
import { safeJson } from '../../model/text.ts';
import type { AuditTarget } from '../audit-event.ts';
import { targetsOf } from '../audit-read.ts';
import { keyIn, type HoldEnd } from '../holdings.ts';
import { StateError, type StateStore, type StoredValue } from '../store/store.ts';

/** What the audit log needs to know of an account beside its events. */
export interface AccountMark {
  /** When its credential was issued last; null where it was not, as far as is known. */
  readonly issued: LastIssued | null;
  /** The hashes of its last events: several where runs wrote at the same time, none where there is no event. */
  readonly heads: readonly string[];
}

export interface LastIssued {
  /** ISO 8601. */
  readonly at: string;
  readonly fingerprint: string | null;
  /** Where it was delivered, as the event has it. */
  readonly targets: readonly AuditTarget[];
}

/** The record of an account in a store: which run changes it now, and what is known of its last events (docs/design.md 11). */
export interface AccountRecord extends AccountMark {
  /** Counts who held it, one after the other; 0 where nobody has. */
  readonly generation: number;
  /** What tells the account from all others (`accountKey`); null where an older sactl wrote it. */
  readonly key: readonly string[] | null;
  /** For people, e.g. `nscale service account ci-deploy`. */
  readonly name: string;
  /** Null where no run holds it. */
  readonly hold: Hold | null;
}

/** A run that holds an account. */
export interface Hold {
  /** Differs for every hold there ever was. */
  readonly token: string;
  readonly holder: Holder;
  /** The page of the CI run, e.g. `https://github.com/acme/deploy/actions/runs/7`; null outside of one. */
  readonly run: string | null;
  /** ISO 8601, by the holder's own clock. */
  readonly since: string;
  /** How long it lasts without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Id of the journal entry that it works on, which may not be there yet; null for a change without a credential. */
  readonly entry: string | null;
}

/** As `nameOfHolder`. */
export function nameOfHold({ holder, run }: Hold): string {
  return nameOfHolder(holder, run);
}

/** Whether the run of a hold lives, without waiting: what cannot be told now is unknown. @throws StateError */
export async function endOf(
  { holder, leaseMs }: Hold,
  value: Pick<StoredValue, 'age'>,
  self: ProcessIdentity,
): Promise<HoldEnd> {
  const isGone = isDead(holder, self);
  if (isGone !== null) return isGone ? 'dead' : 'held';
  const age = await value.age();
  if (age === null) return 'unknown';
  return age > leaseMs ? 'lapsed' : 'held';
}

const version = 1;

/** The key of an account's record. @param account its digest (`digestOf`) */
export function recordKey(account: string): string {
  return `accounts/${account}`;
}

/** A line of JSON. */
export function valueBytes(value: object): Uint8Array {
  return Buffer.from(`${safeJson(JSON.stringify(value))}\n`);
}

/** The fields of a line of JSON; none where there is no line, or it cannot be read. */
export function fieldsIn(bytes: Uint8Array | null): Fields {
  return (bytes === null ? null : parseFields(Buffer.from(bytes).toString())) ?? {};
}

/** @param stamp a new UUID: no two values that are written are the same */
export function encodeAccount(record: AccountRecord, stamp: string): Uint8Array {
  const { key, issued, heads, generation, name, hold } = record;
  return valueBytes({ v: version, stamp, key, issued, heads, generation, name, hold });
}

/** @param place for the message, e.g. `s3://ops/accounts/4f1c…`. @throws StateError where it is no record that this version can read */
export function decodeAccount(bytes: Uint8Array, place: string): AccountRecord {
  const fields = fieldsIn(bytes);
  const { v, generation } = fields;
  if (typeof v === 'number' && v > version) {
    throw new StateError(`${place} was written by a newer sactl`, { hint: 'use that version' });
  }
  const hold = fields['hold'] === null ? null : holdOf(fieldsOf(fields['hold']));
  if (v !== version || typeof generation !== 'number' || !Number.isSafeInteger(generation) || hold === undefined) {
    throw new StateError(`${place} is not the record of an account`, {
      hint: 'if no run is working on that account, remove the record from the store; the next run writes a new one',
    });
  }
  return { generation, ...namingIn(fields), ...markIn(fields), hold };
}

/** Whether a record only tells of events; not where it cannot be read. */
export function wasNeverHeld(bytes: Uint8Array): boolean {
  return fieldsIn(bytes)['generation'] === 0;
}

/** Which account the fields of a record are about. */
export function namingIn(fields: Fields): Pick<AccountRecord, 'key' | 'name'> {
  return { key: keyIn(fields['key']), name: asText(fields['name']) ?? '' };
}

/** What the fields of a record say for the audit log. */
export function markIn(fields: Fields): AccountMark {
  const { at, fingerprint, targets } = fieldsOf(fields['issued']);
  const time = asText(at);
  return {
    issued: time === null ? null : { at: time, fingerprint: asText(fingerprint), targets: targetsOf(targets) },
    heads: hashesIn(fields['heads']),
  };
}

/** Hashes of events: a list, or one. */
export function hashesIn(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item) => typeof item === 'string');
}

/** The record of an account that nothing is known of. */
function newRecord(naming: Pick<AccountRecord, 'key' | 'name'>): AccountRecord {
  return { generation: 0, ...naming, issued: null, heads: [], hold: null };
}

/** A record as it was read; its value is null where there was none. */
export interface FoundRecord {
  readonly value: StoredValue | null;
  readonly record: AccountRecord;
}

/** What a run has read of records that nobody held, by their keys, so that it takes an account without reading it again. */
export interface SeenRecords {
  /** @param value null where there was none */
  readonly note: (key: string, value: StoredValue | null) => void;
  /** It serves once. Undefined where nothing was noted. */
  readonly take: (key: string) => StoredValue | null | undefined;
}

/** A list asks about more accounts than any run takes, and their records would fill its memory. */
const mostSeen = 2000;

export function openSeenRecords(): SeenRecords {
  const seen = new Map<string, StoredValue | null>();
  return {
    note: (key, value) => {
      if (seen.size < mostSeen) seen.set(key, value);
    },
    take: (key) => {
      const value = seen.get(key);
      seen.delete(key);
      return value;
    },
  };
}

/** Where a record is. */
export interface RecordPlace {
  readonly store: StateStore;
  readonly key: string;
  /** Of a record that is to be made. */
  readonly naming: Pick<AccountRecord, 'key' | 'name'>;
}

/** @throws StateError */
export async function readRecord(place: RecordPlace): Promise<FoundRecord> {
  return foundRecord(await place.store.get(place.key), place);
}

/** The record that a value is. @throws StateError where this version cannot read it */
export function foundRecord(value: StoredValue | null, { store, key, naming }: RecordPlace): FoundRecord {
  const record = value === null ? newRecord(naming) : decodeAccount(value.bytes, `${store.address}/${key}`);
  return { value, record };
}

/** Undefined where it says nothing that can be used. */
function holdOf(fields: Fields): Hold | undefined {
  const token = asText(fields['token']);
  const holder = parseHolder(fieldsOf(fields['holder']));
  const since = asText(fields['since']);
  const { leaseMs } = fields;
  if (token === null || holder === null || since === null || typeof leaseMs !== 'number' || !(leaseMs > 0)) {
    return undefined;
  }
  return { token, holder, run: asText(fields['run']), since, leaseMs, entry: asText(fields['entry']) };
}
