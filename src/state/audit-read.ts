import { closeSync, read } from 'node:fs';
import { promisify } from 'node:util';

import { FailedError, UsageError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { asText, fieldsOf, parseFields, type Fields } from '../model/account.ts';
import { quoted, safeText } from '../model/text.ts';
import { auditSchema, type AuditCi, type AuditTarget } from './audit-event.ts';
import { logPath, openToRead, type LogPlace } from './audit-file.ts';

/** What an audit log tells. */
export interface AuditHistory {
  /**
   * Visits all events, the oldest first.
   * @throws UsageError when the log is not to be trusted; FailedError when it cannot be read
   */
  readonly events: (visit: (event: AuditEvent) => void) => Promise<LogProblems>;
  /** When each of these accounts last got a credential: ISO 8601 by `accountKeyOf`. @throws as `events` does */
  readonly rotations: (accounts: readonly AccountPlace[]) => Promise<ReadonlyMap<string, string>>;
}

/** What is wrong with a log that was read. */
export interface LogProblems {
  /** How many events could not be read. */
  readonly unreadable: number;
  /** Places where an event is missing, or was changed; a file cannot tell. */
  readonly gaps: readonly LogGap[];
}

/** The event before this one is missing or was changed; `at` is null where it is the last one of the account. */
export interface LogGap {
  readonly at: string | null;
  /** Name or id of the account. */
  readonly account: string;
}

/** What tells an account in the log: an id belongs to one organization, which not every event names. */
export type AccountPlace = Readonly<Record<'provider' | 'endpoint' | 'id', string>>;

/** The log on this machine; nothing is read yet. */
export function openHistory(place: LogPlace): AuditHistory {
  return {
    events: async (visit) => ({ unreadable: await readEvents(place, visit), gaps: [] }),
    rotations: () => lastRotations(place),
  };
}

/** Longer ones are damaged: none is written that long. In characters. */
const longestLine = 1024 * 1024;

const chunkBytes = 256 * 1024;

/**
 * Reads the log from its beginning, without holding more than a part of it: it may be large. No log is an empty one.
 * @returns how many lines could not be read; they are passed over
 * @throws UsageError when the log is not to be trusted; FailedError (`audit`) when it cannot be read
 */
export function readEvents(place: LogPlace, visit: (event: AuditEvent) => void): Promise<number> {
  return readLines(place, (line) => {
    const fields = parseFields(line);
    const event = fields === null ? null : storedEvent(fields);
    if (event !== null) visit(event);
    return event !== null;
  });
}

/**
 * Calls `take` for each line; it says whether the line made sense. @returns how many did not
 * @throws as `readEvents` does
 */
export async function readLines(place: LogPlace, take: (line: string) => boolean): Promise<number> {
  try {
    const file = await openToRead(place);
    if (file === null) return 0;
    try {
      return await takeLines(file, take);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const path = quoted(logPath(place), 300);
    throw new FailedError('audit', `cannot read the audit log ${path}: ${systemReason(cause)}`, { cause });
  }
}

async function takeLines(file: number, take: (line: string) => boolean): Promise<number> {
  let damaged = 0;
  let rest = '';

  function takeLine(line: string): void {
    // Empty lines come from two processes that ended the same torn line.
    if (line !== '' && (line.length > longestLine || !take(line))) damaged += 1;
  }

  for await (const chunk of chunksOf(file)) {
    const lines = `${rest}${chunk}`.split('\n');
    // Of one that is too long, as much is kept as says so.
    rest = (lines.pop() ?? '').slice(0, longestLine + 1);
    lines.forEach(takeLine);
  }
  takeLine(rest);
  return damaged;
}

const readFrom = promisify(read);

async function* chunksOf(file: number): AsyncGenerator<string> {
  const buffer = Buffer.alloc(chunkBytes);
  const decoder = new TextDecoder();
  for (;;) {
    const { bytesRead } = await readFrom(file, buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
  }
}

/** A line of the log, written by any version: all but the time may be unknown. Strings are safe to show. */
export type AuditEvent = NonNullable<ReturnType<typeof storedEvent>>;

/**
 * The event in a line's fields; null when it does not say what happened when. A value of another type than it should have
 * is unknown, and what this version does not know is left out.
 */
export function storedEvent(fields: Fields) {
  const at = text(fields['at']);
  const operation = text(fields['operation']);
  const outcome = text(fields['outcome']);
  if (at === null || operation === null || outcome === null || Number.isNaN(Date.parse(at))) return null;
  return {
    /** Higher when a newer sactl wrote it. */
    schema: whole(fields['schema']) ?? auditSchema,
    /** ISO 8601. */
    at,
    /** One of `AuditOperation`, or a newer version's word; so is `outcome`. */
    operation,
    outcome,
    exitCode: whole(fields['exitCode']),
    provider: text(fields['provider']),
    profile: text(fields['profile']),
    endpoint: text(fields['endpoint']),
    organization: text(fields['organization']),
    id: text(fields['id']),
    name: text(fields['name']),
    sandbox: fields['sandbox'] === true,
    credentialSource: text(fields['credentialSource']),
    /** Name of the user, or the numeric id as text. */
    user: text(fields['user']),
    host: text(fields['host']),
    pid: whole(fields['pid']),
    ci: ciOf(fieldsOf(fields['ci'])),
    expiresBefore: text(fields['expiresBefore']),
    expiresAfter: text(fields['expiresAfter']),
    fingerprint: text(fields['fingerprint']),
    verified: truth(fields['verified']),
    reissued: truth(fields['reissued']),
    targets: targetsOf(fields['targets']),
    entry: text(fields['entry']),
    error: text(fields['error']),
  };
}

/** Text of printable ASCII, in which nothing steers anything: most of it is. */
const plain = /^(?!::|[^]*##)[!-~](?:[ -~]*[!-~])?$/;

function text(value: unknown): string | null {
  const found = asText(value);
  return found === null || plain.test(found) ? found : safeText(found);
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function truth(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function ciOf({ system, repository, workflow, runId, actor, url }: Fields): AuditCi | null {
  const name = text(system);
  if (name === null) return null;
  return {
    system: name,
    repository: text(repository),
    workflow: text(workflow),
    runId: text(runId),
    actor: text(actor),
    url: text(url),
  };
}

/** The targets that an event names. */
export function targetsOf(value: unknown): readonly AuditTarget[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item) => {
    const fields = fieldsOf(item);
    const target = text(fields['target']);
    return target === null ? [] : [{ target, ok: fields['ok'] === true }];
  });
}

/** The key of an account in `rotations`. */
export function accountKeyOf({ provider, endpoint, id }: AccountPlace): string {
  return JSON.stringify([provider, endpoint, id]);
}

/**
 * When each account last got a credential by `create` or `rotate`, as far as the log knows: the time in ISO 8601 by
 * `accountKeyOf`. An attempt that brought no credential does not count.
 * @throws UsageError when the log is not to be trusted; FailedError (`audit`) when it cannot be read
 */
export async function lastRotations(place: LogPlace): Promise<ReadonlyMap<string, string>> {
  const latest = new Map<string, number>();
  await readLines(place, (line) => {
    const found = mayBeIssuance.test(line) ? issuanceIn(parseFields(line) ?? {}) : null;
    if (found === null) return true;
    const key = accountKeyOf(found.place);
    latest.set(key, Math.max(found.time, latest.get(key) ?? found.time));
    return true;
  });
  return new Map([...latest].map(([key, time]) => [key, new Date(time).toISOString()]));
}

/** Spares parsing most lines that are about something else. */
const mayBeIssuance = /"(?:create|rotate)"/;

const issuing: ReadonlySet<unknown> = new Set(['create', 'rotate']);

/** The outcomes of an issuance that brought a credential. */
const issued: ReadonlySet<unknown> = new Set(['done', 'partial', 'undelivered', 'superseded']);

/** An account, and when it got a credential, in milliseconds since the epoch. */
interface IssuanceEvent {
  readonly place: AccountPlace;
  readonly time: number;
}

/** What an event says of a credential that was issued; null where none was. */
export function issuanceIn(fields: Fields): IssuanceEvent | null {
  if (!issuing.has(fields['operation']) || !issued.has(fields['outcome'])) return null;
  const provider = asText(fields['provider']);
  const endpoint = asText(fields['endpoint']);
  const id = asText(fields['id']);
  const time = Date.parse(asText(fields['at']) ?? '');
  if (provider === null || endpoint === null || id === null || Number.isNaN(time)) return null;
  return { place: { provider, endpoint, id }, time };
}
