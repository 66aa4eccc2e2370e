import { withGrace } from '../delivery/interrupt.ts';
import type { Plan } from '../providers/provider.ts';
import { confirmChange } from './confirm.ts';
import { dryRunDocument, type Planned } from './dry-run.ts';
import type { Session } from './session.ts';

export interface PlannedChange<Result> {
  readonly operation: Planned['operation'];
  readonly plan: Plan<Result>;
  /** As it reads in a question, e.g. `Delete ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
}

/** The common end of update and delete: preview it, or have it confirmed and done. null after a preview. */
export async function change<Result>(
  session: Session,
  { operation, plan, action }: PlannedChange<Result>,
): Promise<{ result: Result } | null> {
  if (session.common.dryRun) {
    await session.emit(dryRunDocument(session, { operation, ...plan }, []));
    return null;
  }
  if (plan.effects.length > 0) await confirmChange(session, { action, effects: plan.effects });
  return { result: await withGrace(session.ctx, plan.apply) };
}
