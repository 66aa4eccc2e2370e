import { createHash } from 'node:crypto';

import { asText, parseFields } from '../../model/account.ts';
import { safeJson } from '../../model/text.ts';
import { digestOf } from '../account-lock.ts';
import { issuanceIn, type AccountPlace, type AuditEvent } from '../audit-read.ts';

/**
 * What a store has of an account beside its events: when its credential was issued last, and the hash of its last event. Each
 * event has the hash of the one before it, so that one that was changed or removed leaves a gap.
 */
interface AccountMark extends AccountPlace {
  /** When its credential was issued last, in ISO 8601; null where it was not. */
  readonly at: string | null;
  readonly fingerprint: string | null;
  readonly targets: AuditEvent['targets'];
  /** The hash of its last event; null where an older sactl wrote it. */
  readonly head: string | null;
}

/** Where what an account has beside its events is. */
export function markKey({ provider, endpoint, id }: AccountPlace): string {
  return `issued/${digestOf([provider, endpoint, id])}`;
}

/** The account that an event is of; null where the event does not say. */
export function placeOf({ provider, endpoint, id }: AuditEvent): AccountPlace | null {
  return provider === null || endpoint === null || id === null ? null : { provider, endpoint, id };
}

/** When the credential was issued last, and the hash of the last event; null where they are not known. */
export function markIn(bytes: Uint8Array): Pick<AccountMark, 'at' | 'head'> {
  const fields = parseFields(Buffer.from(bytes).toString()) ?? {};
  return { at: asText(fields['at']), head: asText(fields['head']) };
}

/** The mark after one more event. @param found the one before; null without one. @param head of the event; null leaves it */
export function markAfter(
  event: AuditEvent,
  place: AccountPlace,
  { found, head, stamp }: { readonly found: Uint8Array | null; readonly head: string | null; readonly stamp: string },
): Uint8Array {
  const before = found === null ? {} : (parseFields(Buffer.from(found).toString()) ?? {});
  const last = asText(before['at']);
  const isNewer = issuanceIn(event) !== null && (last ?? '') < event.at;
  const { at, fingerprint, targets } = event;
  const issued = isNewer ? { at, fingerprint, targets } : {};
  return valueBytes({ at: null, ...before, ...place, ...issued, head: head ?? asText(before['head']), stamp });
}

export function valueBytes(value: object): Uint8Array {
  return Buffer.from(`${safeJson(JSON.stringify(value))}\n`);
}

/** Of an event as its object has it: SHA-256 in hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The hash of the event before, as an event's object says it; null where it says none. */
export function previousIn(bytes: Uint8Array): string | null {
  return asText(parseFields(Buffer.from(bytes).toString())?.['previous']);
}
