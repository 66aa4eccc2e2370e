import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { statesHelp } from './states.ts';

export function addShow(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'show', {
    summary: 'Show one entry of the journal',
    description:
      'Shows what is known of one entry, and what to do with it. With --reveal it prints the credential too or, where ' +
      'none can be read out of the answer, the whole answer as it came.',
    honours: ['journal', 'output'],
    examples: ['sactl recover show --id 4f1c09d2', 'sactl recover show --id 4f1c09d2 --reveal -q .credential.value'],
  })
    .option('--id <entry>', 'id of the entry, or its first characters')
    .option('--reveal', 'print the credential')
    .addHelpText('after', statesHelp())
    .action((flags) => host.run((invocation) => show(invocation, flags)));
}

interface ShowFlags {
  readonly id?: string | undefined;
  readonly reveal?: true | undefined;
}

async function show({ ctx, common }: Invocation, { id, reveal }: ShowFlags): Promise<ExitCode> {
  const { entryDocument } = await import('./entry.ts');
  const { entryDetail } = await import('./entry-detail.ts');
  const { openRecovery } = await import('./pick.ts');
  const { entryIdProblems, pickEntry } = await import('./pick.ts');
  const { revealEntry } = await import('./entry-detail.ts');
  const recovery = await openRecovery(ctx, common, entryIdProblems(ctx, common, id));
  const entry = await pickEntry(recovery, id);
  const document = await entryDocument(ctx, entry);
  const secret = reveal ? await revealEntry(ctx, entry) : null;
  await recovery.emit({
    value: { ...document, ...secret, ...recovery.marker },
    human: (style) => entryDetail({ entry, document, secret }, style),
    secretDocument: reveal ?? false,
  });
  if (secret !== null && secret.credential === null) {
    await recovery.note('no credential can be read out of the answer; it is printed as it came');
  }
  return ExitCode.done;
}
