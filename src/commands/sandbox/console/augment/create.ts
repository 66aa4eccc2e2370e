import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../../../errors.ts';
import { declareVerb, type Host } from '../../../command.ts';
import type { Invocation } from '../../../../session/invocation.ts';
import { note } from '../../../../session/note.ts';
import { atConsole, refuseMissing } from './at-console.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Make a service account, as a person at the console does',
    description:
      'Does what "New Service Account" does on Augment\'s settings page. The account begins without a token.',
    honours: [],
    examples: [
      'sactl sandbox console augment create --name docs-bot',
      "sactl sandbox console augment create --name docs-bot --description 'Writes the changelog'",
    ],
  })
    .option('--name <name>', 'name of the account: letters, digits, "-" and "_"')
    .option('--description <text>', 'what it is for')
    .action((flags) => host.run((invocation) => create(invocation, flags)));
}

interface CreateFlags {
  readonly name?: string;
  readonly description?: string;
}

async function create({ ctx, common }: Invocation, { name = '', description }: CreateFlags): Promise<ExitCode> {
  refuseMissing({ name });
  const { createAccount } = await import('../../../../sandbox/augment/console.ts');
  await atConsole(ctx, (state) => {
    createAccount(state, { name, description: description ?? null, now: ctx.now() });
  });
  await note(ctx, common, `the sandbox's console made the service account ${name}`);
  return ExitCode.done;
}
