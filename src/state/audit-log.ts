import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';

import type { Context, Environment } from '../context.ts';
import type { CiSystem } from '../model/ci-systems.ts';
import { ciSystem, filled, isCI, runAddress } from '../model/run-environment.ts';
import { CliError, FailedError, UsageError } from '../errors.ts';
import { syncDirectory } from '../files/private-directory.ts';
import { flushFile } from '../files/replace-file.ts';
import { systemReason } from '../files/system-error.ts';
import { coalesce } from '../files/coalesce.ts';
import { quoted, safeJson, safeText } from '../model/text.ts';
import { auditSchema, outcomeOf, type AuditCi, type AuditFact } from './audit-event.ts';
import type { AuditEvent } from './audit-read.ts';
import { logPath, openToAppend, tryToAppend, type LogPlace } from './audit-file.ts';

/** Who changed what, when, and with which outcome: `audit.jsonl` in the state directory (docs/design.md 6). Holds no secret. */
export interface AuditLog {
  /** Tries whether an event could be appended, and changes nothing. @throws UsageError naming the file */
  readonly preflight: () => Promise<void>;
  /** Appends one line durably. @throws FailedError (`audit`) naming the file; it is worth a warning only */
  readonly append: (fact: AuditFact) => Promise<void>;
}

export interface AuditLogOptions
  extends LogPlace, Pick<Context, 'now' | 'platform' | 'userId' | 'userName' | 'self' | 'env'> {}

/** Touches nothing yet. Events that are appended at the same time are written and flushed as one. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const waiting: string[] = [];
  const write = coalesce(() => append(waiting.splice(0), options));
  return {
    preflight: () => preflight(options),
    append: (fact) => {
      waiting.push(`${safeJson(JSON.stringify(eventOf(fact, options)))}\n`);
      return write();
    },
  };
}

async function preflight(options: AuditLogOptions): Promise<void> {
  try {
    await tryToAppend(options);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(failure(options, cause), { hint: 'set SACTL_STATE_DIR to another folder', cause });
  }
}

async function append(lines: readonly string[], options: AuditLogOptions): Promise<void> {
  try {
    const file = await openToAppend(options);
    try {
      await appendLines(file, lines.join(''), options);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const message = cause instanceof UsageError ? cause.message : failure(options, cause);
    throw new FailedError('audit', message, { cause });
  }
}

/** One write, which no other process's can come between; a line that was cut short is ended first. */
async function appendLines(file: number, lines: string, options: AuditLogOptions): Promise<void> {
  const { size } = fstatSync(file);
  const last = Buffer.from('\n');
  if (size > 0) readSync(file, last, 0, 1, size - 1);
  const bytes = Buffer.from(last.toString() === '\n' ? lines : `\n${lines}`);
  if (writeSync(file, bytes) < bytes.length) throw new Error('not all of it could be written');
  await flushFile(file);
  if (size === 0) await syncDirectory(options.stateDirectory, options);
}

function failure(options: AuditLogOptions, cause: unknown): string {
  return `cannot write to the audit log ${quoted(logPath(options), 300)}: ${systemReason(cause)}`;
}

/**
 * Appends what `say` says of a change. What was done stays done when that fails: one line on stderr says so, also with
 * `--quiet`. Never rejects.
 */
export async function recordFact(
  { stderr }: Pick<Context, 'stderr'>,
  log: AuditLog,
  say: () => AuditFact,
): Promise<void> {
  try {
    await log.append(say());
  } catch (error) {
    // The message of an unexpected error may hold anything.
    const why = error instanceof CliError ? error.message : 'an unexpected error, a bug in sactl';
    await stderr.write(`sactl: this is not in the audit log: ${safeText(why)}\n`);
  }
}

/** No text of an account or a message is longer; what is cut ends in `…`. */
const longestText = 2000;

/** A fact with its user, machine and time. */
export function eventOf(fact: AuditFact, writer: AuditLogOptions): AuditEvent {
  const { operation, exitCode, outcome = outcomeOf(exitCode), connection, account } = fact;
  return {
    schema: auditSchema,
    at: new Date(writer.now()).toISOString(),
    operation,
    outcome,
    exitCode,
    provider: connection?.provider ?? null,
    profile: text(connection?.profile),
    endpoint: text(connection?.endpoint),
    organization: text(account.organization),
    id: text(account.id),
    name: text(account.name),
    sandbox: connection?.isSandbox ?? false,
    credentialSource: text(connection?.credentialSource),
    user: userOf(writer),
    host: text(writer.self.host),
    pid: writer.self.pid,
    ci: ciOf(writer.env),
    expiresBefore: text(fact.expiresBefore),
    expiresAfter: text(fact.expiresAfter),
    fingerprint: text(fact.fingerprint),
    verified: fact.verified ?? null,
    reissued: fact.reissued ?? null,
    targets: (fact.targets ?? []).map(({ target, ok }) => ({ target: safeText(target, longestText), ok })),
    entry: text(fact.entry),
    error: text(fact.error),
  };
}

function text(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : safeText(value, longestText);
}

/** The user's name, by the system or else by the environment, or e.g. `uid 1001`; null where there is neither. */
function userOf({ env, userId, userName }: AuditLogOptions): string | null {
  const name = text(userName()) ?? variable(env, 'USER') ?? variable(env, 'LOGNAME') ?? variable(env, 'USERNAME');
  return name ?? (userId === null ? null : `uid ${userId}`);
}

/** The pipeline this runs in; null when it is none. */
function ciOf(env: Environment): AuditCi | null {
  const system = ciSystem(env);
  if (system === null && !isCI(env)) return null;
  const run = system?.run ?? unnamed;
  return {
    system: system?.name ?? 'other',
    repository: text(filled(run.repository, env)),
    workflow: text(filled(run.workflow, env)),
    runId: text(filled(run.runId, env)),
    actor: text(filled(run.actor, env)),
    url: text(runAddress(env)),
  };
}

const unnamed: CiSystem['run'] = { repository: null, workflow: null, runId: null, actor: null };

function variable(env: Environment, name: string): string | null {
  const value = (env[name] ?? '').trim();
  return value === '' ? null : text(value);
}
