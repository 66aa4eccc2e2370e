import { ExitCode, NotFoundError } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import { safeText } from '../model/text.ts';
import type { OutputDocument } from '../output/document.ts';
import type { AccountFlag, DoneFlag } from './account-flags.ts';
import { change } from './change.ts';
import { found } from './check.ts';
import type { Invocation } from './invocation.ts';
import { recordProblems } from './manual.ts';
import { idProblems, pickAccount } from './pick.ts';
import type { SelfFlag } from './own-account.ts';
import type { Session } from './session.ts';

interface DeleteFlags extends AccountFlag, DoneFlag, SelfFlag {
  readonly ignoreMissing?: true | undefined;
}

/** What `serviceaccounts delete` does. */
export async function deleteAccount({ ctx, common, open }: Invocation, flags: DeleteFlags): Promise<ExitCode> {
  const { session } = await open(({ definition }) =>
    found(...idProblems(ctx, common, flags.id), ...recordProblems(ctx, common, { ...flags, definition })),
  );
  const planDelete = session.verb('planDelete', 'delete service accounts');
  const account = await pickAccount(session, flags.id).catch((error: unknown) => {
    if (flags.ignoreMissing && error instanceof NotFoundError) return null;
    throw error;
  });
  if (account === null) {
    await session.emit(deletionDocument(session, { deleted: false, id: flags.id ?? '', name: null }));
    return ExitCode.done;
  }
  const plan = await planDelete(account);
  const { id, name } = account;
  const isRecord = plan.action !== undefined;
  return change<Deletion>(session, {
    operation: 'delete',
    done: flags.done,
    allowSelf: flags.allowSelf,
    subject: account,
    changed: ({ deleted }) => (deleted ? account : null),
    action: `Delete service account ${session.naming(account)}`,
    sample: { deleted: true, id, name, isRecord },
    document: (deletion) => deletionDocument(session, deletion),
    plan: {
      ...plan,
      apply: async (options) => {
        try {
          await plan.apply(options);
          return { deleted: true, id, name, isRecord };
        } catch (error) {
          // It may have been deleted in the meantime.
          if (flags.ignoreMissing && error instanceof HttpError && error.verdict === 404) {
            return { deleted: false, id, name, isRecord };
          }
          throw error;
        }
      },
    },
  });
}

interface Deletion {
  readonly deleted: boolean;
  /** The user's `--id` when there is no such account. */
  readonly id: string;
  readonly name: string | null;
  /** Whether a person deleted it and it is only recorded here. */
  readonly isRecord?: boolean;
}

function deletionDocument({ definition, marker }: Session, { deleted, id, name, isRecord }: Deletion): OutputDocument {
  return {
    value: { deleted, provider: definition.name, id, name, ...marker },
    human: () => {
      if (!deleted) return `Nothing to delete: ${safeText(id)} is not there.\n`;
      const what = isRecord === true ? 'Recorded as deleted:' : 'Deleted';
      return `${what} ${safeText(name ?? '')} (${safeText(id)}).\n`;
    },
  };
}
