import type { FileHandle } from 'node:fs/promises';

import { FailedError, UsageError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { asText, fieldsOf, parseFields, type Fields } from '../model/account.ts';
import { quoted, safeText } from '../model/text.ts';
import { auditSchema, type AuditCi, type AuditEvent, type AuditTarget } from './audit-event.ts';
import { logPath, openToRead, type LogPlace } from './audit-file.ts';

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

/** `readEvents` for those who need less of a line: `take` says whether it made sense. */
export async function readLines(place: LogPlace, take: (line: string) => boolean): Promise<number> {
  try {
    const handle = await openToRead(place);
    if (handle === null) return 0;
    try {
      return await takeLines(handle, take);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const path = quoted(logPath(place), 300);
    throw new FailedError('audit', `cannot read the audit log ${path}: ${systemReason(cause)}`, {
      cause,
    });
  }
}

async function takeLines(handle: FileHandle, take: (line: string) => boolean): Promise<number> {
  let damaged = 0;
  let rest = '';

  function takeLine(line: string): void {
    // Empty lines come from two processes that ended the same torn line.
    if (line !== '' && (line.length > longestLine || !take(line))) damaged += 1;
  }

  for await (const chunk of chunksOf(handle)) {
    const lines = `${rest}${chunk}`.split('\n');
    // Of one that is too long, as much is kept as says so.
    rest = (lines.pop() ?? '').slice(0, longestLine + 1);
    lines.forEach(takeLine);
  }
  takeLine(rest);
  return damaged;
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<string> {
  const buffer = Buffer.alloc(chunkBytes);
  const decoder = new TextDecoder();
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    yield decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
  }
}

/**
 * The event that a line's fields say; null when it does not say what happened when. Nothing in it is believed: what has
 * another type than it should is unknown, and what this version does not know is left out.
 */
function storedEvent(fields: Fields): AuditEvent | null {
  const at = text(fields['at']);
  const operation = text(fields['operation']);
  const outcome = text(fields['outcome']);
  if (at === null || operation === null || outcome === null) return null;
  if (Number.isNaN(Date.parse(at))) return null;
  return {
    schema: whole(fields['schema']) ?? auditSchema,
    at,
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

function ciOf(fields: Fields): AuditCi | null {
  const system = text(fields['system']);
  if (system === null) return null;
  return {
    system,
    repository: text(fields['repository']),
    workflow: text(fields['workflow']),
    runId: text(fields['runId']),
    actor: text(fields['actor']),
  };
}

function targetsOf(value: unknown): readonly AuditTarget[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item) => {
    const fields = fieldsOf(item);
    const target = text(fields['target']);
    return target === null ? [] : [{ target, ok: fields['ok'] === true }];
  });
}
