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
  const issuing = { operation, plan, renderer };
  if (common.dryRun) {
    const targets = [{ target: 'stdout', ok: await isReady(session, planned) }];
    await session.emit(dryRunDocument(session, { operation, ...plan }, targets));
    return ExitCode.done;
  }
  await preflight(ctx, issuing);
  await confirmChange(session, { action, effects: plan.effects });
  await issueCredential(ctx, issuing);
  return ExitCode.done;
}

async function isReady(
  { ctx, renderer }: Session,
  { operation, plan }: PlannedIssue,
): Promise<boolean> {
  try {
    await preflight(ctx, { operation, plan, renderer });
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
