import type { Context } from '../context.ts';
import type { CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { hintText } from '../model/hint.ts';
import type { Issued, IssuancePlan } from '../providers/issuance.ts';
import type { AuditFact } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-log.ts';
import { supersede } from './earlier-entries.ts';
import { failureOf, partial, throwAll } from './failures.ts';
import { handOver, type HandoverInput, type HandoverResult, type HandoverRun } from './handover.ts';
import type { Issuance } from './issuance.ts';

/** A run whose credential is there: of an issuance, or of a kept credential, which has no more than this. */
export interface ConcludingRun extends HandoverRun {
  readonly issuance: HandoverRun['issuance'] &
    Pick<Issuance, 'journal' | 'audit' | 'connection'> & { readonly plan: Pick<IssuancePlan, 'manual' | 'finish'> };
  /** ISO 8601. */
  readonly startedAt: string;
}

/**
 * The last part of an issuance: hands the credential over, finishes what the plan still owes, closes the entry, records it
 * all in the audit log, and says what is left to a person.
 * @param input `problem` is why the account is not as requested; null when it is
 * @throws the failures, the worst first
 */
export async function conclude(
  ctx: Context,
  run: ConcludingRun,
  { problem, ...input }: HandoverInput & { readonly problem: unknown },
  factOf: (result: HandoverResult, failures: readonly CliError[]) => AuditFact,
): Promise<void> {
  const { issuance } = run;
  const { account, signal } = input;
  const result = await handOver(ctx, run, input);
  const unfinished = await failureOf(() => issuance.plan.finish?.(account, { signal, report: issuance.report }));
  await closeEntry(run, account, result);
  const unmet = [unfinished, problem].filter((failure) => failure !== null);
  const failures = [...result.failures, ...unmet.map((failure) => partial(failure, issuance.operation, account))];
  await recordFact(ctx, issuance.audit, () => factOf(result, failures));
  for (const { goal, url, command } of result.actions) {
    await issuance.report(`to be done by a person: ${goal}, at ${url}; then: ${hintText(command)}`);
  }
  throwAll(failures);
}

/** A credential in hand is delivered whatever happens to the account's other properties, so problems are returned. */
export async function reconcile(
  plan: Pick<IssuancePlan, 'reconcile'>,
  issued: Issued,
  verified: boolean,
): Promise<{ account: Account; problem: unknown }> {
  try {
    return { account: await plan.reconcile(issued, { verified }), problem: null };
  } catch (problem) {
    return { account: issued.account, problem };
  }
}

/**
 * Erases the entry of a credential that is where it should be, and leaves any other for `sactl recover`. Never rejects: no
 * failure here may hide where the credential is.
 */
async function closeEntry(run: ConcludingRun, account: Account, result: HandoverResult): Promise<void> {
  const { issuance, entry, startedAt } = run;
  try {
    if (result.isComplete) {
      await entry.close();
      // A supplied credential leaves the one before it alive.
      if (issuance.plan.manual === undefined) await supersede(issuance, { account, startedAt });
      return;
    }
    const message = result.failures.map((failure) => failure.message).join('; ');
    await entry.outcome({ outcome: 'undelivered', message });
    await entry.leave();
  } catch {
    await issuance.report(`entry ${entry.id} of the journal could not be brought up to date`);
  }
}
