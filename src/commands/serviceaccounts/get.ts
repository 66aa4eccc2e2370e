import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addGet(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'get', {
    summary: 'Show one service account',
    description: 'Shows one service account, found by its id or its exact, unique name.',
    honours: ['connection', 'organization', 'output', 'raw'],
    examples: ['sactl serviceaccounts get --id ci-deploy', 'sactl sa get --id ci-deploy -q .expiresAt'],
  })
    .option('--id <id>', 'id or exact name of the account')
    .action((flags) => host.run((invocation) => runGet(invocation, flags)));
}

async function runGet({ ctx, common, open }: Invocation, { id }: { id?: string | undefined }): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { idProblems, pickAccount } = await import('../../session/pick.ts');
  const { session } = await open(() => found(...idProblems(ctx, common, id)));
  await session.emit(accountDocument(await pickAccount(session, id)));
  return ExitCode.done;
}
