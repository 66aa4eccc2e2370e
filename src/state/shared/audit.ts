import type { Context } from '../../context.ts';
import { CliError, FailedError } from '../../errors.ts';
import { asText, parseFields } from '../../model/account.ts';
import { digestOf } from '../account-lock.ts';
import type { AuditFact } from '../audit-event.ts';
import { eventOf, type AuditLog, type AuditLogOptions } from '../audit-log.ts';
import { issuanceIn, type AccountPlace, type AuditEvent } from '../audit-read.ts';
import type { StateStore } from '../store/store.ts';

export interface SharedAuditOptions extends AuditLogOptions, Pick<Context, 'uuid'> {
  readonly store: StateStore;
  /** The log on this machine, which takes what the store does not. */
  readonly local: AuditLog;
}

/**
 * An audit log in a store: an object for each event, and for each account one that says when its credential was issued last.
 * Nothing is asked yet.
 */
export function openSharedAudit(options: SharedAuditOptions): AuditLog {
  const { store, local, uuid } = options;

  async function write(event: AuditEvent): Promise<void> {
    await store.create(eventKey(event, uuid()), bytesOf({ ...event, stamp: uuid() }));
    const issued = issuanceIn(event);
    if (issued !== null) await note(event, issued.place);
  }

  /** Two runs may note the same account at once; the later credential stays. */
  async function note({ at, fingerprint, targets }: AuditEvent, place: AccountPlace): Promise<void> {
    const key = issuedKey(place);
    const bytes = bytesOf({ ...place, at, fingerprint, targets, stamp: uuid() });
    for (;;) {
      const found = await store.get(key);
      if (found !== null && (issuedIn(found.bytes) ?? '') >= at) return;
      const revision = await (found === null ? store.create(key, bytes) : store.replace(key, bytes, found.revision));
      if (revision !== null) return;
    }
  }

  return {
    preflight: () => local.preflight(),
    append: async (fact: AuditFact) => {
      try {
        await write(eventOf(fact, options));
      } catch (cause) {
        if (!(cause instanceof CliError)) throw cause;
        await local.append(fact);
        throw new FailedError('audit', `${cause.message}; it is in the log of this machine only`, { cause });
      }
    },
  };
}

/** Keys of one day are in the order of their times. */
function eventKey({ at }: AuditEvent, id: string): string {
  return `audit/${at.slice(0, 10)}/${at.replaceAll(/\W/g, '').toLowerCase()}-${id}`;
}

/** The key of what says when the credential of an account was issued last. */
export function issuedKey({ provider, endpoint, id }: AccountPlace): string {
  return `issued/${digestOf([provider, endpoint, id])}`;
}

/** The time in it, ISO 8601; null where there is none. */
export function issuedIn(bytes: Uint8Array): string | null {
  return asText(parseFields(Buffer.from(bytes).toString())?.['at']);
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
