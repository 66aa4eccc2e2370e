import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { doneOption, type DoneFlag } from '../../session/done-flag.ts';
import type { TokenFlags } from './pick.ts';

export function addRevoke(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'revoke', {
    summary: 'Revoke one token of an account',
    description:
      'Says where a person revokes the token, and records that it was done. Where a copy of the token is at hand, it is ' +
      'tried until the provider refuses it, for up to 5 minutes. Prints the account.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl tokens revoke --provider augment --id ci-reviewer --token nightly-1',
      'sactl tokens revoke --provider augment --id ci-reviewer --token nightly-1 --done --yes',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .option('--token <name>', 'name of the token')
    .addOption(doneOption())
    .action((flags) => host.run((invocation) => runRevoke(invocation, flags)));
}

async function runRevoke({ ctx, common, open }: Invocation, flags: TokenFlags & DoneFlag): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { change } = await import('../../session/change.ts');
  const { recordProblems } = await import('../../session/manual.ts');
  const { pickAccount } = await import('../../session/pick.ts');
  const { pickToken, tokenProblems } = await import('./pick.ts');
  const { session } = await open(({ definition }) =>
    found(...tokenProblems(ctx, common, flags), ...recordProblems({ ctx, common }, flags, definition)),
  );
  const planRevokeToken = session.verb('planRevokeToken', 'revoke single tokens');
  const account = await pickAccount(session, flags.id);
  const token = await pickToken(session, account, flags.token);
  return change(session, {
    operation: 'revoke',
    plan: await planRevokeToken(account, token),
    done: flags.done,
    subject: account,
    action: `Revoke the token ${quoted(token, 100)} of ${session.naming(account)}`,
    sample: account,
    document: accountDocument,
  });
}
