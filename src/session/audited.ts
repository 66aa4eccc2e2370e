import { openAuditLog } from '../state/audit-log.ts';
import type { AuditFact, AuditOperation, AuditSubject } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-record.ts';
import { reasonOf } from '../delivery/failures.ts';
import { CliError, ExitCode } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Session } from './session.ts';

/** What the audit log says of a change. */
export interface Audited<Result> {
  readonly operation: AuditOperation;
  /** As it was before. */
  readonly subject: AuditSubject;
  /** What a result says it was about; null when it was not this run that changed it. Default: `subject`. */
  readonly changed?: (result: Result) => AuditSubject | null;
}

/**
 * Does the work and writes into the audit log what came of it: also that it was refused, because who tried is worth
 * knowing.
 * @throws what the work throws
 */
export async function audited<Result>(
  session: Session,
  { operation, subject, changed }: Audited<Result>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work();
    const account = changed === undefined ? subject : changed(result);
    if (account !== null) {
      await record(session, { operation, account, exitCode: ExitCode.done });
    }
    return result;
  } catch (error) {
    await record(session, { operation, account: subject, ...failureOf(error) });
    throw error;
  }
}

/** An answer that was lost, and an error that nobody expected, say nothing of what was done. */
function failureOf(error: unknown): Pick<AuditFact, 'exitCode' | 'outcome' | 'error'> {
  if (!(error instanceof CliError)) {
    return { exitCode: ExitCode.failed, outcome: 'unknown', error: reasonOf(error) };
  }
  const { exitCode, message } = error;
  const isLost = error instanceof HttpError && error.arrival === 'unknown';
  return { exitCode, ...(isLost ? { outcome: 'unknown' } : {}), error: message };
}

async function record(session: Session, fact: Omit<AuditFact, 'connection'>): Promise<void> {
  const { ctx, stateDirectory, definition, connection, isSandbox } = session;
  const { profile, endpoint, credentialSource } = connection;
  await recordFact(ctx, openAuditLog({ ...ctx, stateDirectory }), () => ({
    ...fact,
    connection: {
      provider: definition.name,
      profile,
      endpoint,
      isSandbox,
      credentialSource,
    },
  }));
}
