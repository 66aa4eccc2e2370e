import { openAuditLog } from '../audit/audit-log.ts';
import type { AuditFact, AuditOperation, AuditSubject } from '../audit/event.ts';
import { recordFact } from '../audit/record.ts';
import { type CliError, ExitCode, PartialError, UnknownOutcomeError } from '../errors.ts';
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

/** Does the work and writes into the audit log what came of it, unless nothing was changed. @throws what the work throws */
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
    if (mayHaveChanged(error)) {
      await record(session, {
        operation,
        account: subject,
        exitCode: error.exitCode,
        ...(error instanceof HttpError ? { outcome: 'unknown' } : {}),
        error: error.message,
      });
    }
    throw error;
  }
}

function mayHaveChanged(error: unknown): error is CliError {
  if (error instanceof HttpError) return error.arrival === 'unknown';
  return error instanceof PartialError || error instanceof UnknownOutcomeError;
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
