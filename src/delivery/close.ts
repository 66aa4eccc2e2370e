import type { Account } from '../model/account.ts';
import type { IssuingPlan } from '../providers/issuing.ts';
import type { Ending, HandoverRun } from './handover.ts';
import type { Issue } from './issue.ts';
import { supersede } from './supersede.ts';

/**
 * Forgets a credential that is where it should be, and leaves any other for `sactl recover`. No failure here may hide what
 * became of it, so it never rejects.
 */
export async function closeEntry(
  {
    issue,
    entry,
    startedAt,
  }: HandoverRun & {
    readonly issue: Pick<Issue, 'journal' | 'connection'> & {
      readonly plan: Pick<IssuingPlan, 'overlaps'>;
    };
  },
  account: Account,
  ending: Ending,
): Promise<void> {
  try {
    if (ending.isComplete) {
      await entry.close();
      if (issue.plan.overlaps !== true) await supersede(issue, { account, startedAt });
      return;
    }
    const message = ending.failures.map((failure) => failure.message).join('; ');
    await entry.outcome({ outcome: 'undelivered', message });
    await entry.leave();
  } catch {
    await issue.report(`entry ${entry.id} of the journal could not be brought up to date`);
  }
}
