import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import type { ChangeFlags } from '../../session/account-change.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { repeated } from '../../session/flags.ts';
import { doneOption, type DoneFlag } from '../../session/done-flag.ts';

export function addUpdate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'update', {
    summary: 'Change a service account',
    description:
      'Changes what is named and leaves the rest as it is. Flags win over the document. --group replaces all groups; ' +
      '--add-group and --remove-group change single ones. Where only a person can change a name (Augment), says where, ' +
      'and records that it was done.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts update --id ci-deploy --description "Deploys the staging cluster"',
      'sactl sa update --id ci-deploy --add-group inference --remove-tag team --dry-run',
      'sactl sa update --id ci-deploy --file serviceaccount.json',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .option('-f, --file <path>', 'JSON or YAML document with the changes; "-" is standard input')
    .option('--stdin', 'read the document from standard input')
    .option('--name <name>', 'new name')
    .option('--description <text>', 'new description; "" removes it')
    .option('--group <id or name>', 'group to have instead of all others; may be repeated', repeated)
    .option('--add-group <id or name>', 'group to join; may be repeated', repeated)
    .option('--remove-group <id or name>', 'group to leave; may be repeated', repeated)
    .option('--tag <key=value>', 'tag to set; may be repeated', repeated)
    .option('--remove-tag <key>', 'tag to remove; may be repeated', repeated)
    .option('--enable', 'let its credential work again (Run:ai)')
    .option('--disable', 'stop its credential from working (Run:ai)')
    .addOption(doneOption())
    .action((flags) => host.run((invocation) => runUpdate(invocation, flags)));
}

interface UpdateFlags extends ChangeFlags, DoneFlag {
  readonly id?: string | undefined;
}

async function runUpdate({ ctx, common, open }: Invocation, flags: UpdateFlags): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { change } = await import('../../session/change.ts');
  const { checkChange } = await import('../../session/account-change.ts');
  const { idProblems, pickAccount } = await import('../../session/pick.ts');
  const { session, input } = await open(async ({ definition }) => {
    const { value, problems } = await checkChange(ctx, flags, definition);
    return { value, problems: [...idProblems(ctx, common, flags.id), ...problems] };
  });
  const planUpdate = session.verb('planUpdate', 'update service accounts');
  const account = await pickAccount(session, flags.id);
  const plan = await planUpdate(account, input);
  if (plan.effects.length === 0 && !common.dryRun) {
    await session.note('nothing to change; nothing was sent');
  }
  return change(session, {
    operation: 'update',
    plan,
    done: flags.done,
    subject: account,
    action: `Update service account ${session.naming(account)}`,
    sample: account,
    document: accountDocument,
  });
}
