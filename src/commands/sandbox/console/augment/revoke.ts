import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../../../errors.ts';
import { quoted } from '../../../../model/text.ts';
import { declareVerb, type Host } from '../../../command.ts';
import type { Invocation } from '../../../../session/invocation.ts';
import { note } from '../../../../session/note.ts';
import { atConsole, refuseMissing } from './at-console.ts';

export function addRevoke(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'revoke', {
    summary: 'Revoke a token, as a person at the console does',
    description:
      'Does what "Revoke" does on Augment\'s settings page: the token works no longer, at once and for good.',
    honours: [],
    examples: ['sactl sandbox console augment revoke --account ci-reviewer --token github-actions'],
  })
    .option('--account <name>', 'name of the account')
    .option('--token <name>', 'name of the token')
    .action((flags) => host.run((invocation) => revoke(invocation, flags)));
}

interface RevokeFlags {
  readonly account?: string;
  readonly token?: string;
}

async function revoke({ ctx, common }: Invocation, { account = '', token = '' }: RevokeFlags): Promise<ExitCode> {
  refuseMissing({ account, token });
  const { revokeToken } = await import('../../../../sandbox/augment/console.ts');
  await atConsole(ctx, (state) => {
    revokeToken(state, { account, token, now: ctx.now() });
  });
  await note(ctx, common, `the sandbox's console revoked the token ${quoted(token)} of ${account}`);
  return ExitCode.done;
}
