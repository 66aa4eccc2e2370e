import { issueCredential, preflight } from '../delivery/protocol.ts';
import { ExitCode, UsageError } from '../errors.ts';
import type { IssuingPlan } from '../providers/provider.ts';
import { confirmChange } from './confirm.ts';
import { dryRunDocument } from './dry-run.ts';
import type { Session } from './session.ts';

export interface PlannedIssue {
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuingPlan;
  /** As it reads in a question, e.g. `Rotate ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
}

/** The common end of create and rotate: preview it, or have it confirmed and done. */
export async function issue(session: Session, planned: PlannedIssue): Promise<ExitCode> {
  const { ctx, renderer, common } = session;
  const { operation, plan, action } = planned;
  const issuing = { operation, plan, renderer, report: session.note };
  if (common.dryRun) {
    const problem = await preflightProblem(session, planned);
    const targets = [{ target: 'stdout', ok: problem === null }];
    await session.emit(dryRunDocument(session, { operation, ...plan }, targets));
    // With a filter of its own, the preview says nothing about the one the credential would meet.
    if (problem !== null && renderer.format === 'table') await session.note(problem);
    return ExitCode.done;
  }
  await preflight(ctx, issuing);
  await confirmChange(session, { action, effects: plan.effects });
  await issueCredential(ctx, issuing);
  return ExitCode.done;
}

/** Why the credential could not be delivered, or null. */
async function preflightProblem(
  { ctx, renderer }: Session,
  { plan }: PlannedIssue,
): Promise<string | null> {
  try {
    await preflight(ctx, { plan, renderer });
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
