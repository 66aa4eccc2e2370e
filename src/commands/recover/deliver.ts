import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode, UsageError } from '../../errors.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { repeated } from '../../session/flags.ts';
import type { PreparedDelivery } from './delivery.ts';
import type { Recovery } from './pick.ts';

export function addDeliver(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'deliver', {
    summary: 'Deliver a credential that is kept in the journal',
    description:
      'Tries the credential, and brings it where --to says or, without --to, to the targets that have not had it; where ' +
      'there were none, it is printed. A credential that no longer works is not delivered. The entry is erased afterwards.',
    honours: ['journal', 'network', 'output', 'raw', 'change'],
    examples: [
      'sactl recover deliver --id 4f1c09d2',
      'sactl recover deliver --id 4f1c09d2 --to file:ci-deploy.token --yes',
    ],
  })
    .option('--id <entry>', 'id of the entry, or its first characters')
    .option('--to <target>', 'where the credential goes; may be repeated (see "sactl help targets")', repeated)
    .action((flags) => host.run((invocation) => deliver(invocation, flags)));
}

interface DeliverFlags {
  readonly id?: string | undefined;
  readonly to?: readonly string[] | undefined;
}

async function deliver({ ctx, common }: Invocation, flags: DeliverFlags): Promise<ExitCode> {
  const { confirmationProblems, confirm } = await import('../../session/confirm.ts');
  const { deliverEntry } = await import('../../delivery/deliver-entry.ts');
  const { prepareDelivery } = await import('./delivery.ts');
  const { openRecovery } = await import('./pick.ts');
  const { entryIdProblems, pickEntry, requireUsable } = await import('./pick.ts');
  const recovery = await openRecovery(ctx, common, [
    ...entryIdProblems(ctx, common, flags.id),
    ...confirmationProblems(ctx, common),
  ]);
  const entry = requireUsable(await pickEntry(recovery, flags.id));
  const prepared = await prepareDelivery(recovery, entry, flags.to ?? []);
  const { delivery, places, effects, found } = prepared;
  for (const warning of found.warnings) await recovery.note(warning);
  if (common.dryRun) return preview(recovery, prepared);
  if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
  const { name, id } = delivery.issued.account;
  await confirm(ctx, common, {
    action: `Deliver the credential of ${name} (${id})`,
    effects: [...places.map(({ target }) => `the credential goes to ${target}`), ...effects],
  });
  await deliverEntry(ctx, delivery);
  return ExitCode.done;
}

async function preview(
  { emit, note, marker, renderer }: Recovery,
  { delivery, places, effects, found }: PreparedDelivery,
): Promise<ExitCode> {
  const { dryRunDocument, endDryRun } = await import('../../session/dry-run.ts');
  const { provider } = delivery.issued.account;
  const planned = { operation: 'deliver', requests: [], effects } as const;
  await emit(dryRunDocument({ provider, marker }, planned, places));
  return endDryRun({ found, renderer, note });
}
