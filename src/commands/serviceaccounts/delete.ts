import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode, NotFoundError } from '../../errors.ts';
import { found } from '../check.ts';
import { HttpError } from '../../http/error.ts';
import { declareVerb, type Host, type Invocation } from '../command.ts';
import type { Session } from '../session.ts';

export function addDelete(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'delete', {
    summary: 'Delete a service account',
    description:
      'Deletes a service account for good; its credential stops working at once. Prints what was deleted.',
    honours: ['connection', 'organization', 'output', 'change'],
    examples: [
      'sactl serviceaccounts delete --id old-runner',
      'sactl sa delete --id old-runner --yes --ignore-missing',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .option('--ignore-missing', 'succeed when there is no such account')
    .action((flags) => host.run((invocation) => runDelete(invocation, flags)));
}

interface DeleteFlags {
  readonly id?: string | undefined;
  readonly ignoreMissing?: true | undefined;
}

async function runDelete({ ctx, common, open }: Invocation, flags: DeleteFlags): Promise<ExitCode> {
  const { confirmationProblems } = await import('../confirm.ts');
  const { idProblems, pickAccount } = await import('../pick.ts');
  const { change } = await import('../change.ts');
  const { session } = await open(() =>
    found(...idProblems(ctx, common, flags.id), ...confirmationProblems(ctx, common)),
  );
  const planDelete = session.verb('planDelete', 'delete service accounts');
  const account = await pickAccount(session, flags.id).catch((error: unknown) => {
    if (flags.ignoreMissing && error instanceof NotFoundError) return null;
    throw error;
  });
  if (account === null) return report(session, { deleted: false, id: flags.id ?? '', name: null });
  const plan = await planDelete(account);
  const action = `Delete service account ${session.naming(account)}`;
  try {
    const done = await change(session, { operation: 'delete', plan, action });
    return done === null
      ? ExitCode.done
      : await report(session, { deleted: true, id: account.id, name: account.name });
  } catch (error) {
    if (!flags.ignoreMissing || !hasGone(error)) throw error;
    return report(session, { deleted: false, id: account.id, name: account.name });
  }
}

/** Somebody else was faster. */
function hasGone(error: unknown): boolean {
  return error instanceof HttpError && error.status === 404;
}

/** `id` is what the user named, and `name` null, when no such account was found. */
async function report(
  { definition, marker, emit }: Session,
  { deleted, id, name }: { deleted: boolean; id: string; name: string | null },
): Promise<ExitCode> {
  await emit({
    value: { deleted, provider: definition.name, id, name, ...marker },
    human: () =>
      deleted ? `Deleted ${name} (${id}).\n` : `Nothing to delete: ${id} is not there.\n`,
  });
  return ExitCode.done;
}
