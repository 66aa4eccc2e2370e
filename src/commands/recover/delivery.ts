import { deliverEntry } from '../../delivery/deliver-entry.ts';
import type { Preflight } from '../../delivery/preflight.ts';
import { CliError, ExitCode, UsageError } from '../../errors.ts';
import type { Hint } from '../../model/hint.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument, endDryRun } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import { prepareDelivery } from '../../session/stored-delivery.ts';
import { entryIdProblems, openRecovery, pickEntry, requireUsable, type Recovery } from './pick.ts';

/** What `recover deliver` does. */
export async function deliverPicked(
  { ctx, common }: Invocation,
  id: string | undefined,
  to: readonly string[],
): Promise<ExitCode> {
  const missingId = entryIdProblems(ctx, common, id);
  const unconfirmed = confirmationProblems(ctx, common);
  const recovery = await openRecovery(ctx, common, missingId.length > 0 ? [...missingId, ...unconfirmed] : []);
  if (unconfirmed.length > 0) throw await alsoUnconfirmed(unconfirmed, () => problemsOf(recovery, id, to));
  const entry = requireUsable(await pickEntry(recovery, id));
  const { delivery, plannedTargets, effects, omissions, found } = await prepareDelivery(recovery, entry, { to });
  for (const warning of found.warnings) await recovery.note(warning);
  if (common.dryRun) {
    const where = { provider: delivery.issued.account.provider, marker: recovery.marker };
    await recovery.emit(dryRunDocument(where, { operation: 'deliver', requests: [], effects }, plannedTargets));
    return endDryRun(recovery, found);
  }
  if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
  const { account } = delivery.issued;
  await confirmChange(recovery, {
    action: `Deliver the credential of ${account.name} (${account.id})`,
    effects: [...plannedTargets.map(({ target }) => `the credential goes to ${target}`), ...effects],
  });
  if (common.yes) for (const omission of omissions) await recovery.note(omission);
  await deliverEntry(ctx, delivery);
  return ExitCode.done;
}

/** What else is wrong is said with it; what only a confirmed delivery would meet is not. */
async function alsoUnconfirmed(
  unconfirmed: readonly string[],
  look: () => Promise<{ readonly problems: readonly string[]; readonly hint: Hint | null }>,
): Promise<UsageError> {
  try {
    const { problems, hint } = await look();
    return new UsageError([...unconfirmed, ...problems], { hint });
  } catch (error) {
    if (error instanceof UsageError) return new UsageError([...unconfirmed, ...error.problems], { hint: error.hint });
    if (error instanceof CliError) return new UsageError(unconfirmed);
    throw error;
  }
}

async function problemsOf(recovery: Recovery, id: string | undefined, to: readonly string[]): Promise<Preflight> {
  const entry = requireUsable(await pickEntry(recovery, id));
  return (await prepareDelivery(recovery, entry, { to })).found;
}
