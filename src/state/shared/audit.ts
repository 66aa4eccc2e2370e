import type { Context } from '../../context.ts';
import { CliError, FailedError } from '../../errors.ts';
import type { AuditFact } from '../audit-event.ts';
import { eventOf, type AuditLog, type AuditLogOptions } from '../audit-log.ts';
import type { AuditEvent } from '../audit-read.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { readRecord } from './account-record.ts';
import {
  changeMark,
  hashOf,
  issuedBy,
  markAfter,
  namingOf,
  placeOf,
  recordOf,
  valueBytes,
  type MarkChange,
} from './audit-chain.ts';
import type { SharedLocks } from './locks.ts';

export interface SharedAuditOptions extends AuditLogOptions, Pick<Context, 'uuid'> {
  readonly store: StateStore;
  readonly holding: SharedLocks['holding'];
  /** The log on this machine, which takes what the store does not. */
  readonly local: AuditLog;
}

/**
 * An audit log in a store. Each event has the hash of the one before it of its account, and the account's record that of the
 * last one. Nothing is asked yet.
 */
export function openSharedAudit(options: SharedAuditOptions): AuditLog {
  const { store, local, uuid, holding } = options;

  async function put(event: AuditEvent, previous: readonly string[]): Promise<MarkChange> {
    const key = eventKey(event, uuid());
    const bytes = valueBytes({ ...event, previous, stamp: uuid() });
    if ((await store.create(key, bytes)) === null) {
      throw new StateError(`another program has changed ${key} in ${store.address}`);
    }
    return { issued: issuedBy(event), event: { hash: hashOf(bytes), previous } };
  }

  async function write(event: AuditEvent): Promise<void> {
    const place = placeOf(event);
    if (place === null) {
      await put(event, []);
      return;
    }
    const [key, naming] = [recordOf(place), namingOf(event)];
    const held = holding(key);
    const found = held === null ? await readRecord(store, key, naming) : undefined;
    const change = await put(event, (held?.mark() ?? found?.record)?.heads ?? []);
    if (held?.note(change) === true) return;
    await changeMark({ store, key, naming, uuid }, (mark) => markAfter(mark, change), found);
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
