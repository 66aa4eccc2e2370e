import { deliverEntry } from '../../delivery/deliver-entry.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument, endDryRun } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import { prepareDelivery } from '../../session/stored-delivery.ts';
import { entryIdProblems, openRecovery, pickEntry, requireUsable } from './pick.ts';

/** What `recover deliver` does. */
export async function deliverPicked(
  { ctx, common }: Invocation,
  id: string | undefined,
  to: readonly string[],
): Promise<ExitCode> {
  const recovery = await openRecovery(ctx, common, [
    ...entryIdProblems(ctx, common, id),
    ...confirmationProblems(ctx, common),
  ]);
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
