import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { TokenFlags } from './pick.ts';

export function addRestore(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'restore', {
    summary: 'Put a token that was replaced back to where it was',
    description:
      'Brings back the copy of a token that a rotation kept, when the token still works. Prints the account.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl tokens restore --provider augment --id ci-reviewer --token nightly-1',
      'sactl tokens restore --provider augment --id ci-reviewer --token nightly-1 --dry-run',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .option('--token <name>', 'name of the token')
    .action((flags) => host.run((invocation) => runRestore(invocation, flags)));
}

async function runRestore({ ctx, common, open }: Invocation, flags: TokenFlags): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { change } = await import('../../session/change.ts');
  const { pickAccount } = await import('../../session/pick.ts');
  const { pickToken, tokenProblems } = await import('./pick.ts');
  const { session } = await open(() => found(...tokenProblems(ctx, common, flags)));
  const planRestoreToken = session.verb('planRestoreToken', 'restore tokens');
  const account = await pickAccount(session, flags.id);
  const token = await pickToken(session, account, flags.token);
  return change(session, {
    operation: 'restore',
    subject: account,
    plan: await planRestoreToken(account, token),
    action: `Restore the token ${quoted(token, 100)} of ${session.naming(account)}`,
    sample: account,
    document: accountDocument,
  });
}
