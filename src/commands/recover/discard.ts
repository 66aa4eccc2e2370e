import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { AuditFact } from '../../state/audit-event.ts';
import { ExitCode } from '../../errors.ts';
import type { StoredEntry } from '../../state/stored-entry.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { EntryDocument } from './entry.ts';
import type { EntryState } from './states.ts';

export function addDiscard(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'discard', {
    summary: 'Forget one entry of the journal',
    description: 'Erases one entry. A credential that is kept only there is gone for good.',
    honours: ['journal', 'output', 'change'],
    examples: ['sactl recover discard --id 4f1c09d2'],
  })
    .option('--id <entry>', 'id of the entry, or its first characters')
    .action(({ id }) => host.run((invocation) => discard(invocation, id)));
}

async function discard({ ctx, common }: Invocation, id: string | undefined): Promise<ExitCode> {
  const { confirm, confirmationProblems } = await import('../../session/confirm.ts');
  const { recordFact } = await import('../../state/audit-log.ts');
  const { dryRunDocument } = await import('../../session/dry-run.ts');
  const { entryDocument } = await import('./entry.ts');
  const { openRecovery } = await import('./pick.ts');
  const { entryIdProblems, pickEntry, refuseUnderWay } = await import('./pick.ts');
  const recovery = await openRecovery(ctx, common, [
    ...entryIdProblems(ctx, common, id),
    ...confirmationProblems(ctx, common),
  ]);
  const { journal, audit, marker, emit } = recovery;
  const entry = await pickEntry(recovery, id);
  refuseUnderWay(entry);
  const document = await entryDocument(ctx, entry);
  const { provider, accountName } = document;
  const effects = [effectOf(document)];
  if (common.dryRun) {
    const planned = { operation: 'discard', requests: [], effects } as const;
    await emit(dryRunDocument({ provider, marker }, planned, []));
    return ExitCode.done;
  }
  await confirm(ctx, common, { action: `Discard ${naming(document)}`, effects });
  await journal.erase(entry.id);
  await recordFact(ctx, audit, () => discardFact(entry, document));
  await emit({
    value: { discarded: true, id: entry.id, provider, name: accountName, ...marker },
    human: () => `Discarded ${entry.id}.\n`,
  });
  return ExitCode.done;
}

function discardFact({ id, intent }: StoredEntry, document: EntryDocument): AuditFact {
  const { accountId, accountName: name, organization } = document;
  return {
    operation: 'discard',
    exitCode: ExitCode.done,
    connection: intent === null ? null : { ...intent.connection, credentialSource: null },
    account: { id: accountId, name, organization },
    entry: id,
  };
}

function naming({ id, operation, accountName }: EntryDocument): string {
  if (operation === null) return `entry ${id}`;
  const what = operation === 'create' ? 'creation' : 'rotation';
  return `the ${what} of ${accountName} (entry ${id})`;
}

const mayHoldCredential: ReadonlySet<EntryState> = new Set(['broken', 'newer', 'unreadable']);

function effectOf({ state, accountName, delivered }: EntryDocument): string {
  if (state === 'kept') {
    const rest = delivered.length === 0 ? 'for good' : `but where it is: ${delivered.join(', ')}`;
    return `the credential of ${accountName} is gone ${rest}`;
  }
  return mayHoldCredential.has(state)
    ? 'a credential that may be in it is gone for good'
    : 'what is known of the request is forgotten; it holds no credential';
}
