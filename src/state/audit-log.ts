import type { FileHandle } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { FailedError, UsageError } from '../errors.ts';
import { syncDirectory } from '../files/private-directory.ts';
import { systemReason } from '../files/system-error.ts';
import { together } from '../files/together.ts';
import { quoted } from '../model/text.ts';
import type { AuditFact } from './audit-event.ts';
import { logPath, openToAppend, tryToAppend, type LogPlace } from './audit-file.ts';
import { eventOf } from './write-event.ts';

/** Who changed what, when, and what came of it: `audit.jsonl` in the state directory (DESIGN.md 6). Holds no secret. */
export interface AuditLog {
  /**
   * Tries whether an event could be appended, and leaves nothing behind that was not there.
   * @throws UsageError naming the file
   */
  readonly preflight: () => Promise<void>;
  /** Appends one line, and makes it last. @throws FailedError (`audit`) naming the file; it is worth a warning only */
  readonly append: (fact: AuditFact) => Promise<void>;
}

export interface AuditLogOptions extends LogPlace, Pick<Context, 'now' | 'platform' | 'userId' | 'self' | 'env'> {}

/** Touches nothing yet. Events that are appended at the same time are written and made to last together. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const waiting: string[] = [];
  const write = together(() => append(waiting.splice(0), options));
  return {
    preflight: () => preflight(options),
    append: (fact) => {
      waiting.push(`${JSON.stringify(eventOf(fact, options))}\n`);
      return write();
    },
  };
}

async function preflight(options: AuditLogOptions): Promise<void> {
  try {
    await tryToAppend(options);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(failure(options, cause), {
      hint: 'set SACTL_STATE_DIR to another folder',
      cause,
    });
  }
}

async function append(lines: readonly string[], options: AuditLogOptions): Promise<void> {
  try {
    const handle = await openToAppend(options);
    try {
      await appendLines(handle, lines.join(''), options);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const message = cause instanceof UsageError ? cause.message : failure(options, cause);
    throw new FailedError('audit', message, { cause });
  }
}

/** One write, which no other process's can come between; a line that was cut short is ended first. */
async function appendLines(handle: FileHandle, lines: string, options: AuditLogOptions): Promise<void> {
  const { size } = await handle.stat();
  const bytes = Buffer.from((await endsWithin(handle, size)) ? `\n${lines}` : lines);
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten < bytes.length) throw new Error('not all of it could be written');
  await handle.sync();
  if (size === 0) await syncDirectory(options.stateDirectory, options);
}

/** Whether the file ends within a line. */
async function endsWithin(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
}

function failure(options: AuditLogOptions, cause: unknown): string {
  return `cannot write to the audit log ${quoted(logPath(options), 300)}: ${systemReason(cause)}`;
}
