import { compareText } from '../model/text.ts';
import type { Context } from '../context.ts';
import { ConflictError, ExitCode, NotFoundError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { accountDocument } from '../output/account.ts';
import { found } from './check.ts';
import { missingProblem } from './confirm.ts';
import type { CommonFlags } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { namesOf } from './names.ts';
import type { Session } from './session.ts';

/** Problems of `--id`: without it a person has to choose from a list, on a terminal. */
export function idProblems(ctx: Context, common: CommonFlags, id: string | undefined): readonly string[] {
  return missingProblem(ctx, common, id, '--id is missing: give the id or the exact name of an account');
}

/** The account that `--id` names; without one, the account the user chooses from the list. */
export async function pickAccount(session: Session, id: string | undefined): Promise<Account> {
  const { ctx, provider } = session;
  if (id !== undefined) return provider.findAccount(id.trim());
  const { accounts, warnings, isCut } = await provider.listAccounts();
  for (const text of isCut ? warnings : []) await session.note(text);
  if (accounts.length === 0) throw new NotFoundError('there is no service account to choose from');
  const sorted = accounts.toSorted((a, b) => compareText(a.name, b.name));
  const chosen = await ctx.prompt.select({
    message: 'Which service account?',
    choices: sorted.map((account) => ({
      value: account.id,
      label: `${account.name} (${account.id}), ${account.status}`,
      names: [account.name, account.id],
    })),
  });
  // A list has fewer details, and the choice may have taken a while.
  return provider.findAccount(chosen);
}

/** Prints the account that `--id` names. */
export async function printAccount({ ctx, common, open }: Invocation, id: string | undefined): Promise<ExitCode> {
  const { session } = await open(() => found(...idProblems(ctx, common, id)));
  const account = await pickAccount(session, id);
  await session.emit({ ...accountDocument(account, () => namesOf(session.provider, account)), isPaged: true });
  return ExitCode.done;
}

/**
 * Reads the account again: a second rotation would kill the credential that another run has just issued.
 * @throws ConflictError when it is not as it was planned with
 */
export async function checkUnchanged({ provider, naming }: Session, planned: Account): Promise<void> {
  refuseChanged(planned, await provider.findAccount(planned.id), naming(planned));
}

/**
 * The same, once no request may still be done that another run sent while it had the account, and whose answer it lost. To be
 * called with the account locked. @throws ConflictError; FailedError where that cannot be known
 */
export async function checkSettled(session: Session, planned: Account): Promise<void> {
  const { journal } = await session.state();
  const entries = await journal({ keepsSecrets: true }).list();
  if (entries.length > 0) {
    const { lostIn, unfinishedIn, waitForLost } = await import('./unfinished.ts');
    const unfinishedOf = await unfinishedIn(session.ctx, entries);
    const lost = lostIn(unfinishedOf(planned, session.connection.endpoint));
    if (lost !== null) await waitForLost(session, [lost]);
  }
  await checkUnchanged(session, planned);
}

/** @throws ConflictError when the account, which `naming` names, is not `now` as it was planned with */
export function refuseChanged(planned: Account, now: Account, naming: string): void {
  if (hasChanged(planned, now)) throw changedError(planned, naming);
}

export function hasChanged(planned: Account, now: Account): boolean {
  return stateOf(now) !== stateOf(planned);
}

/** The error of an account that another run has changed since it was planned with. */
export function changedError({ provider }: Account, naming: string): ConflictError {
  return new ConflictError('conflict', `${naming} was changed by somebody else in the meantime; nothing was sent`, {
    provider,
    hint: 'look at the account, then run the command again',
    retryable: true,
  });
}

/** Everything that a change alters: not when the account was last used, nor that it has expired. */
function stateOf(account: Account): string {
  const status = account.status === 'expired' ? 'active' : account.status;
  return JSON.stringify({ ...account, status, raw: null, lastUsedAt: null, accessRules: null });
}
