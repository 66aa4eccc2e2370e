import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import type { Tone } from '../../output/style.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { EntryDocument } from './entry.ts';
import { statesHelp, type EntryState } from './states.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List what is in the journal',
    description:
      'Lists every create and rotate that did not come to its end: the credentials that are kept, and the requests ' +
      'whose answer never came. No credential is printed.',
    honours: ['journal', 'output'],
    examples: ['sactl recover list', 'sactl recover list -q \'.[] | select(.state == "kept") | .id\''],
  })
    .addHelpText('after', statesHelp())
    .action(() => host.run(listEntries));
}

async function listEntries({ ctx, common }: Invocation): Promise<ExitCode> {
  const { listDocument } = await import('../../output/document.ts');
  const { entryDocument } = await import('./entry.ts');
  const { openRecovery } = await import('./pick.ts');
  const recovery = await openRecovery(ctx, common, []);
  const entries = await recovery.journal.list();
  const documents = await Promise.all(entries.map((entry) => entryDocument(ctx, entry)));
  const rows = documents.map((document) => Object.assign(document, recovery.marker));
  await recovery.emit(listDocument({ rows, columns }));
  if (rows.length === 0) await recovery.note('nothing is waiting');
  return ExitCode.done;
}

/** On a terminal of 80 columns the state, the account and the whole id are left: what the other commands need. */
const columns: readonly Column<EntryDocument>[] = [
  { name: 'state', value: ({ state }) => state, tone: ({ state }) => tones[state] },
  { name: 'account', value: ({ accountName }) => accountName, shrink: 1 },
  { name: 'startedAt', header: 'STARTED', value: ({ startedAt }) => startedAt, isTime: true },
  { name: 'operation', value: ({ operation }) => operation, spare: true },
  { name: 'provider', value: ({ provider }) => provider, spare: true },
  { name: 'targets', value: ({ targets }) => targets, shrink: 2, spare: true, hideEmpty: true },
  { name: 'id', value: ({ id }) => id },
];

const tones: Readonly<Record<EntryState, Tone>> = {
  kept: 'warning',
  broken: 'bad',
  empty: 'bad',
  unanswered: 'bad',
  preparing: 'muted',
  'under-way': 'muted',
  newer: 'warning',
  unreadable: 'bad',
};
