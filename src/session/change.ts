import { withGrace } from '../delivery/interrupt.ts';
import { CliError, ExitCode, InterruptedError, PartialError, UnknownOutcomeError, UsageError } from '../errors.ts';
import type { OutputDocument } from '../output/document.ts';
import type { Plan } from '../providers/provider.ts';
import { audited, type Audited } from './audited.ts';
import { confirmChange } from './confirm.ts';
import { dryRunDocument, type Planned } from './dry-run.ts';
import type { DoneFlag } from './done-flag.ts';
import { confirmDone, effectsOf, refuseDone } from './manual.ts';
import type { Session } from './session.ts';

export interface PlannedChange<Result> extends DoneFlag, Pick<Audited<Result>, 'subject' | 'changed'> {
  readonly operation: Planned['operation'];
  /** What the audit log calls it, where that is another word. */
  readonly auditedAs?: Audited<Result>['operation'];
  readonly plan: Plan<Result>;
  /** As it reads in a question, e.g. `Delete ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
  /** Something like the result, for trying the output on before anything is sent. */
  readonly sample: Result;
  /** What is printed of the result. */
  readonly document: (result: Result) => OutputDocument;
}

/**
 * The common end of every change without a credential: preview it, or have it confirmed, done and printed.
 * @throws UsageError when the output would fail on the result, before anything is sent; ActionRequiredError when a
 * person has to take a step first; PartialError when the change was made and its result could not be printed
 */
export async function change<Result>(session: Session, planned: PlannedChange<Result>): Promise<ExitCode> {
  const { operation, plan, document, done } = planned;
  refuseDone(session.definition, { done, ...plan });
  if (session.common.dryRun) {
    await session.emit(
      dryRunDocument(
        { provider: session.definition.name, marker: session.marker },
        { operation, requests: plan.requests, effects: effectsOf(plan) },
        [],
      ),
    );
    return ExitCode.done;
  }
  await tryOutput(session, document(planned.sample));
  await agree(session, planned);
  const result = await applyAudited(session, planned);
  try {
    await session.emit(document(result));
  } catch (cause) {
    if (plan.effects.length === 0 || !(cause instanceof CliError)) throw cause;
    throw new PartialError(`the change was made, but its result was not printed: ${cause.message}`, {
      provider: session.definition.name,
      cause,
    });
  }
  return ExitCode.done;
}

async function tryOutput({ renderer }: Session, document: OutputDocument): Promise<void> {
  try {
    await renderer.render(document);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    throw new UsageError(`the output fails on a result of this command: ${cause.message}`, {
      cause,
    });
  }
}

async function agree<Result>(session: Session, { plan, action, done }: PlannedChange<Result>): Promise<void> {
  const { effects } = plan;
  if (plan.action !== undefined) await confirmDone(session, { action: plan.action, effects, done });
  else if (effects.length > 0) await confirmChange(session, { action, effects });
}

async function applyAudited<Result>(
  session: Session,
  { plan, operation, auditedAs, subject, changed }: PlannedChange<Result>,
): Promise<Result> {
  const isChange = plan.effects.length > 0 || plan.action !== undefined;
  if (!isChange) return apply(session, plan);
  return audited(
    session,
    {
      operation: auditedAs ?? operation,
      subject,
      ...(changed === undefined ? {} : { changed }),
    },
    () => apply(session, plan),
  );
}

/** Between two attempts nothing is on its way, but an earlier one may have taken effect. */
async function apply<Result>(session: Session, plan: Plan<Result>): Promise<Result> {
  try {
    return await withGrace(session.ctx, (signal) => plan.apply({ signal, report: session.note }));
  } catch (cause) {
    // Without a request nothing is changed but records here, which an interrupt does not stop half-way.
    const isLocal = plan.effects.length === 0 || plan.requests.length === 0;
    if (!(cause instanceof InterruptedError) || isLocal) throw cause;
    throw new UnknownOutcomeError('interrupted; the change may have taken effect', {
      provider: session.definition.name,
      hint: 'look before you run it again',
      cause,
    });
  }
}
