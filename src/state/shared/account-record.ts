import type { ProcessIdentity } from '../../context.ts';
import { isDead, nameOfHolder, parseHolder, type Holder } from '../../files/holder.ts';
import { asText, fieldsOf, parseFields, type Fields } from '../../model/account.ts';
import { keyIn, type HoldEnd } from '../holdings.ts';
import { StateError, type StoredValue } from '../store/store.ts';

/** The record of an account in a store: which run changes it now (docs/design.md 11). */
export interface AccountRecord {
  /** Counts who held it, one after the other. */
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

/** @param stamp a new UUID: no two values that are written are the same */
export function encodeAccount({ generation, key, name, hold }: AccountRecord, stamp: string): Uint8Array {
  return Buffer.from(`${JSON.stringify({ v: version, stamp, key, generation, name, hold })}\n`);
}

/** @param place for the message, e.g. `s3://ops/accounts/4f1c…`. @throws StateError where it is no record that this version can read */
export function decodeAccount(bytes: Uint8Array, place: string): AccountRecord {
  const fields = parseFields(Buffer.from(bytes).toString()) ?? {};
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
  return { generation, key: keyIn(fields['key']), name: asText(fields['name']) ?? '', hold };
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
