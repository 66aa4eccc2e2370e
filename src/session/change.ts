import { withGrace } from '../delivery/interrupt.ts';
import { CliError, ExitCode, InterruptedError, PartialError, UnknownOutcomeError, UsageError } from '../errors.ts';
import type { OutputDocument } from '../output/document.ts';
import type { Plan } from '../providers/plan.ts';
import { inTurn } from './account-turn.ts';
import { confirmChange } from './confirm.ts';
import { dryRunDocument, type Planned } from './dry-run.ts';
import type { DoneFlag } from './account-flags.ts';
import { confirmDone, effectsOf, refuseDone } from './manual.ts';
import { requireConsent, withSelf, type SelfFlag } from './own-account.ts';
import type { Session } from './session.ts';
import { recordFact } from '../state/audit-log.ts';
import type { AuditFact, AuditOperation, AuditSubject } from '../state/audit-event.ts';
import { reasonOf } from '../delivery/ending.ts';
import { HttpError } from '../http/error.ts';

export interface PlannedChange<Result> extends DoneFlag, SelfFlag {
  readonly operation: Exclude<Planned['operation'], 'migrate'>;
  /** The audit log's word for it, where that is another one. */
  readonly auditedAs?: AuditOperation;
  /** As it was before. */
  readonly subject: AuditSubject;
  /** The account that is changed, where the subject is something else. */
  readonly account?: AuditSubject;
  /** The account by its result; null when another run changed it. Default: `subject`. */
  readonly changed?: (result: Result) => AuditSubject | null;
  readonly plan: Plan<Result>;
  /** As it reads in a question, e.g. `Delete ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
  /** A made-up result, to try the output with before anything is sent. */
  readonly sample: Result;
  readonly document: (result: Result) => OutputDocument;
}

/**
 * The common end of every change without a credential: previews it, or asks for confirmation, does it and prints it.
 * @throws UsageError when it is a change of the caller's own account that nothing allows, or the output would fail on the result, before anything is sent; ActionRequiredError when a
 * person has to take a step first; ConflictError (`locked`) while another run changes the account; PartialError when the change was made and its result could not be printed
 */
export async function change<Result>(session: Session, planned: PlannedChange<Result>): Promise<ExitCode> {
  const { operation, plan, document, done, allowSelf } = planned;
  const { definition, marker } = session;
  const { requests, action } = plan;
  const effects = withSelf(plan);
  refuseDone(definition, { done, ...plan });
  if (session.common.dryRun) {
    const where = { provider: definition.name, marker };
    await session.emit(dryRunDocument(where, { operation, requests, effects: effectsOf({ ...plan, effects }) }));
    requireConsent(session, plan, { allowSelf });
    return ExitCode.done;
  }
  requireConsent(session, plan, { allowSelf });
  await tryOutput(session, document(planned.sample));
  if (action !== undefined) await confirmDone(session, { action, effects, done });
  else if (effects.length > 0) await confirmChange(session, { action: planned.action, effects });
  const result = await turnOf(session, planned, () => applyAudited(session, planned));
  try {
    await session.emit(document(result));
  } catch (cause) {
    if (effects.length === 0 || !(cause instanceof CliError)) throw cause;
    const message = `the change was made, but its result was not printed: ${cause.message}`;
    throw new PartialError(message, { provider: definition.name, cause });
  }
  return ExitCode.done;
}

/** What changes nothing waits for nobody. */
async function turnOf<Result>(
  session: Session,
  { plan, subject, account = subject }: PlannedChange<Result>,
  work: () => Promise<Result>,
): Promise<Result> {
  return plan.effects.length === 0 && plan.action === undefined ? work() : inTurn(session, account, work);
}

async function tryOutput({ renderer }: Session, document: OutputDocument): Promise<void> {
  try {
    await renderer.render(document);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    throw new UsageError(`the output fails on a result of this command: ${cause.message}`, { cause });
  }
}

/**
 * Makes the change and records its outcome in the audit log, also that of a refused one: who tried it matters. A plan
 * that changes nothing is not recorded.
 */
async function applyAudited<Result>(session: Session, planned: PlannedChange<Result>): Promise<Result> {
  const { plan, subject, changed } = planned;
  if (plan.effects.length === 0 && plan.action === undefined) return apply(session, plan);
  const operation = planned.auditedAs ?? planned.operation;
  try {
    const result = await apply(session, plan);
    const account = changed === undefined ? subject : changed(result);
    if (account !== null) await record(session, { operation, account, exitCode: ExitCode.done });
    return result;
  } catch (error) {
    await record(session, { operation, account: subject, ...failureOf(error) });
    throw error;
  }
}

/** An interrupt between two attempts leaves no request under way, but an earlier one may have taken effect. */
async function apply<Result>(session: Session, plan: Plan<Result>): Promise<Result> {
  try {
    return await withGrace(session.ctx, (signal) => plan.apply({ signal, report: session.note }));
  } catch (cause) {
    // Without a request only records on this machine change, and an interrupt does not stop that half-way.
    const isLocal = plan.effects.length === 0 || plan.requests.length === 0;
    if (!(cause instanceof InterruptedError) || isLocal) throw cause;
    throw new UnknownOutcomeError('interrupted; the change may have taken effect', {
      provider: session.definition.name,
      hint: 'look before you run it again',
      cause,
    });
  }
}

/** After a lost answer or an unexpected error the outcome is unknown. */
function failureOf(error: unknown): Pick<AuditFact, 'exitCode' | 'outcome' | 'error'> {
  if (!(error instanceof CliError)) return { exitCode: ExitCode.failed, outcome: 'unknown', error: reasonOf(error) };
  const isLost = error instanceof HttpError && error.arrival === 'unknown';
  return { exitCode: error.exitCode, ...(isLost ? { outcome: 'unknown' } : {}), error: error.message };
}

async function record(session: Session, fact: Omit<AuditFact, 'connection'>): Promise<void> {
  const { ctx, state, definition, connection, isSandbox } = session;
  const { profile, endpoint, credentialSource } = connection;
  const { audit } = await state();
  await recordFact(ctx, audit, () => ({
    ...fact,
    connection: { provider: definition.name, profile, endpoint, isSandbox, credentialSource },
  }));
}
