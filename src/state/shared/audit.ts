import type { Context } from '../../context.ts';
import { CliError, FailedError } from '../../errors.ts';
import type { AuditFact } from '../audit-event.ts';
import { eventOf, type AuditLog, type AuditLogOptions } from '../audit-log.ts';
import type { AccountPlace, AuditEvent } from '../audit-read.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { hashOf, markAfter, markIn, markKey, placeOf, valueBytes } from './audit-chain.ts';

export interface SharedAuditOptions extends AuditLogOptions, Pick<Context, 'uuid'> {
  readonly store: StateStore;
  /** The log on this machine, which takes what the store does not. */
  readonly local: AuditLog;
}

/** How often other runs may be faster at one account. */
const mostTries = 20;

/**
 * An audit log in a store: an object for each event, and for each account one that says when its credential was issued last.
 * Nothing is asked yet.
 */
export function openSharedAudit(options: SharedAuditOptions): AuditLog {
  const { store, local, uuid } = options;

  async function write(event: AuditEvent): Promise<void> {
    const key = eventKey(event, uuid());
    const place = placeOf(event);
    if (place === null) await store.create(key, valueBytes({ ...event, stamp: uuid() }));
    else await chain(event, key, place);
  }

  /** Two runs may write of the same account at once: the slower one comes after the other, and the later credential stays. */
  async function chain(event: AuditEvent, key: string, place: AccountPlace): Promise<void> {
    const mark = markKey(place);
    let written: string | null = null;
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const found = await store.get(mark);
      const previous = found === null ? null : markIn(found.bytes).head;
      const bytes = valueBytes({ ...event, previous, stamp: uuid() });
      written = await (written === null ? store.create(key, bytes) : store.replace(key, bytes, written));
      if (written === null) throw new StateError(`another program has changed ${key} in ${store.address}`);
      const next = markAfter(event, place, { found: found?.bytes ?? null, head: hashOf(bytes), stamp: uuid() });
      const done = await (found === null ? store.create(mark, next) : store.replace(mark, next, found.revision));
      if (done !== null) return;
    }
    throw new StateError(`cannot change ${mark} in ${store.address}: other runs keep changing it`);
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
export function eventKey({ at }: Pick<AuditEvent, 'at'>, id: string): string {
  return `audit/${at.slice(0, 10)}/${at.replaceAll(/\W/g, '').toLowerCase()}-${id}`;
}
