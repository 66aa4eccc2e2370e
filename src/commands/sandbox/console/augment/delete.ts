import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../../../errors.ts';
import { declareVerb, type Host } from '../../../command.ts';
import type { Invocation } from '../../../../session/invocation.ts';
import { note } from '../../../../session/note.ts';
import { atConsole, refuseMissing } from './at-console.ts';

export function addDelete(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'delete', {
    summary: 'Delete an account and its tokens, as a person at the console does',
    description: 'Does what "Delete Account" does on Augment\'s settings page: the account\'s tokens work no longer.',
    honours: [],
    examples: ['sactl sandbox console augment delete --account docs_writer'],
  })
    .option('--account <name>', 'name of the account')
    .action((flags) => host.run((invocation) => deleteAtConsole(invocation, flags)));
}

async function deleteAtConsole(
  { ctx, common }: Invocation,
  { account = '' }: { readonly account?: string },
): Promise<ExitCode> {
  refuseMissing({ account });
  const { deleteAccount } = await import('../../../../sandbox/augment/console.ts');
  await atConsole(ctx, (state) => {
    deleteAccount(state, { account });
  });
  await note(ctx, common, `the sandbox's console deleted the service account ${account}`);
  return ExitCode.done;
}
