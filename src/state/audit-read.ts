import type { FileHandle } from 'node:fs/promises';

import { FailedError, UsageError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { parseFields } from '../model/fields.ts';
import { quoted } from '../model/text.ts';
import type { AuditEvent } from './audit-event.ts';
import { logPath, openToRead, type LogPlace } from './audit-file.ts';
import { storedEvent } from './stored-event.ts';

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
