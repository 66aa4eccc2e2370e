import type { ExitCode } from '../errors.ts';
import { accountDocument } from '../output/account.ts';
import { checkChange } from './account-change.ts';
import type { ChangeFlags, DoneFlag } from './account-flags.ts';
import { change } from './change.ts';
import type { Invocation } from './invocation.ts';
import { idProblems, pickAccount } from './pick.ts';

interface UpdateFlags extends ChangeFlags, DoneFlag {
  readonly id?: string | undefined;
}

/** What `serviceaccounts update` does. */
export async function updateAccount({ ctx, common, open }: Invocation, flags: UpdateFlags): Promise<ExitCode> {
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
