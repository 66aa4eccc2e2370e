import type { Context } from '../../context.ts';
import { CliError, FailedError } from '../../errors.ts';
import { turns } from '../../files/coalesce.ts';
import type { AuditFact } from '../audit-event.ts';
import { eventOf, type AuditLog, type AuditLogOptions } from '../audit-log.ts';
import type { AuditEvent } from '../audit-read.ts';
import { StateError, type StateStore } from '../store/store.ts';
import { readRecord, valueBytes } from './account-record.ts';
import {
  changeMark,
  hashOf,
  issuedBy,
  markAfter,
  namingOf,
  placeOf,
  recordOf,
  type MarkChange,
} from './audit-chain.ts';
import type { HeldRecord } from './held-record.ts';
import type { SharedLocks } from './locks.ts';

export interface SharedAuditOptions extends AuditLogOptions, Pick<Context, 'uuid'> {
  readonly store: StateStore;
  readonly holding: SharedLocks['holding'];
  /** The log on this machine, which takes what the store does not. */
  readonly local: AuditLog;
}

/** An event that is to be written. */
interface Waiting {
  readonly event: AuditEvent;
  /** Of its account's record; null where the event stands alone. */
  readonly record: string | null;
  /** Where this process holds the account. */
  readonly held: HeldRecord | null;
  /** The hashes of the events before, where it does not. */
  readonly heads: readonly string[];
  /** The write that it is part of, and what is left to change in the records of accounts; null before it begins. */
  written: Promise<ReadonlyMap<Waiting, MarkChange>> | null;
}

/** In characters; an event has far less, and values of a store have room for more. */
const largestGroup = 128 * 1024;

/**
 * An audit log in a store. Each event has the hash of the one before it of its account, and the account's record that of the
 * last one. Those that come while others are being written are one object, each a line. Nothing is asked yet.
 */
export function openSharedAudit(options: SharedAuditOptions): AuditLog {
  const { store, local, uuid, holding } = options;
  const waiting: Waiting[] = [];
  const inTurn = turns();

  async function write(first: Waiting, group: readonly Waiting[]): Promise<ReadonlyMap<Waiting, MarkChange>> {
    const lines = chained(group, uuid);
    const id = group.length === 1 ? uuid() : `${uuid()}.${group.length}`;
    const key = eventKey(first.event, id);
    if ((await store.create(key, Buffer.concat(lines.map(({ line }) => line)))) === null) {
      throw new StateError(`another program has changed ${key} in ${store.address}`);
    }
    return new Map(lines.flatMap(({ one, change }) => (one.held?.note(change) === true ? [] : [[one, change]])));
  }

  function put(one: Waiting): Promise<ReadonlyMap<Waiting, MarkChange>> {
    waiting.push(one);
    return inTurn(() => {
      if (one.written !== null) return one.written;
      const group = takeGroup(waiting);
      const written = write(one, group);
      for (const each of group) each.written = written;
      return written;
    });
  }

  async function append(event: AuditEvent): Promise<void> {
    const place = placeOf(event);
    if (place === null) return void (await put({ event, record: null, held: null, heads: [], written: null }));
    const [record, naming] = [recordOf(place), namingOf(event)];
    const held = holding(record);
    const found = held === null ? await readRecord({ store, key: record, naming }) : undefined;
    const one: Waiting = { event, record, held, heads: found?.record.heads ?? [], written: null };
    const change = (await put(one)).get(one);
    if (change === undefined) return;
    await changeMark({ store, key: record, naming, uuid }, (mark) => markAfter(mark, change), found).catch(
      ignoreFailed,
    );
  }

  return {
    preflight: () => local.preflight(),
    append: async (fact: AuditFact) => {
      try {
        await append(eventOf(fact, options));
      } catch (cause) {
        if (!(cause instanceof CliError)) throw cause;
        await local.append(fact);
        const isBoth = cause instanceof StateError && cause.isUncertain;
        const where = `in the log of this machine${isBoth ? ', and may be in the store, too' : ' only'}`;
        throw new FailedError('audit', `${cause.message}; it is ${where}`, { cause });
      }
    },
  };
}

/** An event that its account's record does not name is in the store all the same (docs/design.md 11). */
function ignoreFailed(error: unknown): void {
  if (!(error instanceof StateError)) throw error;
}

/** Takes the first ones, as many as one object holds. */
function takeGroup(waiting: Waiting[]): readonly Waiting[] {
  let size = 0;
  const most = waiting.findIndex(({ event }) => (size += JSON.stringify(event).length) > largestGroup);
  return waiting.splice(0, most === -1 ? waiting.length : Math.max(1, most));
}

/** The lines of an object, each with the hashes of those before it, and what they change in the records of their accounts. */
function chained(group: readonly Waiting[], uuid: () => string) {
  const heads = new Map<string, readonly string[]>();
  return group.map((one) => {
    const { event, record, held } = one;
    const previous = (record === null ? null : heads.get(record)) ?? held?.mark().heads ?? one.heads;
    const line = valueBytes({ ...event, previous, stamp: uuid() });
    const hash = hashOf(line);
    if (record !== null) heads.set(record, [hash]);
    const change: MarkChange = { issued: issuedBy(event), event: { hash, previous } };
    return { one, line, change };
  });
}

/** Keys of one day are in the order of their times. Where an object has several events, its id ends in their number. */
export function eventKey({ at }: Pick<AuditEvent, 'at'>, id: string): string {
  return `audit/${at.slice(0, 10)}/${at.replaceAll(/\W/g, '').toLowerCase()}-${id}`;
}

/** How many events the object with this key has. */
export function eventsAt(key: string): number {
  return Number(/^audit\/.*\.(\d{1,6})$/.exec(key)?.[1] ?? 1);
}
