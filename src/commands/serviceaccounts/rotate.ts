import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import { found } from '../check.ts';
import { declareVerb, type Host, type Invocation } from '../command.ts';

export function addRotate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'rotate', {
    summary: 'Replace the credential of a service account',
    description:
      'Issues a new credential and prints it; it is shown once. The old one stops working at once.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts rotate --id ci-deploy',
      'sactl sa rotate --id ci-deploy --yes -q .credential.value > token',
      'sactl sa rotate --id ci-deploy --dry-run',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .action((flags) => host.run((invocation) => runRotate(invocation, flags)));
}

async function runRotate(
  { ctx, common, open }: Invocation,
  { id }: { id?: string | undefined },
): Promise<ExitCode> {
  const { confirmationProblems } = await import('../confirm.ts');
  const { idProblems, pickAccount } = await import('../pick.ts');
  const { issue } = await import('../issue.ts');
  const { session } = await open(() =>
    found(...idProblems(ctx, common, id), ...confirmationProblems(ctx, common)),
  );
  const planRotate = session.verb('planRotate', 'rotate credentials');
  const account = await pickAccount(session, id);
  const plan = await planRotate(account);
  const action = `Rotate the credential of ${session.naming(account)}`;
  return issue(session, { operation: 'rotate', plan, action });
}
