import type { Context } from '../context.ts';
import { ExitCode, NotFoundError } from '../errors.ts';
import type { Account, TokenRecord } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import { accountDocument } from '../output/account.ts';
import type { Column } from '../output/columns.ts';
import { listDocument } from '../output/document.ts';
import type { AccountFlag, DeliveryFlags, DoneFlag, SuppliedFlags, TokenFlags } from './account-flags.ts';
import { change } from './change.ts';
import { found } from './check.ts';
import { missingProblem } from './confirm.ts';
import type { CommonFlags } from './flags.ts';
import { checkIntake, planSupplied } from './intake.ts';
import type { Invocation } from './invocation.ts';
import { issuance } from './issuance.ts';
import { recordProblems } from './manual.ts';
import { checkUnchanged, idProblems, pickAccount } from './pick.ts';
import type { Session } from './session.ts';
import { checkTargets, targetsFor } from './targets.ts';

const columns: readonly Column<TokenRecord>[] = [
  { name: 'name', value: ({ name }) => name },
  { name: 'state', value: ({ state }) => state },
  { name: 'verified', value: ({ verified }) => verified },
  { name: 'createdAt', header: 'CREATED', value: ({ createdAt }) => createdAt, isTime: true },
  { name: 'fingerprint', value: ({ fingerprint }) => fingerprint },
];

/** What `tokens list` does. */
export async function listTokens({ ctx, common, open }: Invocation, { id }: TokenFlags): Promise<ExitCode> {
  const { session } = await open(() => found(...idProblems(ctx, common, id)));
  session.verb('manual', 'list the tokens of an account');
  const { tokens } = await pickAccount(session, id);
  await session.emit(listDocument({ rows: tokens, columns }));
  if (tokens.length === 0) await session.note('no tokens');
  return ExitCode.done;
}

/** What `tokens create` does. */
export async function createToken(
  { ctx, common, open }: Invocation,
  flags: AccountFlag & DeliveryFlags & SuppliedFlags,
): Promise<ExitCode> {
  const { session, input } = await open(async ({ definition, ...outlet }) => {
    const specs = await checkTargets(outlet, flags, { isNew: false });
    const given = await checkIntake(ctx, common, { flags, definition });
    return {
      value: { specs: specs.value, credential: given.value },
      problems: [...idProblems(ctx, common, flags.id), ...specs.problems, ...given.problems],
    };
  });
  session.verb('manual', 'have several tokens for one account');
  const account = await pickAccount(session, flags.id);
  const id = ctx.uuid();
  const targets = await targetsFor(session, input.specs, account);
  const planned = await planSupplied(session, input.credential, {
    request: { operation: 'rotate', account, name: account.name, token: flags.token ?? null },
    flags,
    plan: async (manual, supplied) => ({
      id,
      operation: 'rotate',
      plan: await manual.planToken(account, supplied),
      action: `Add a token to ${session.naming(account)}`,
      targets,
      flags,
      checkUnchanged: () => checkUnchanged(session, account),
    }),
  });
  return issuance(session, planned);
}

/** What `tokens revoke` does. */
export async function revokeToken({ ctx, common, open }: Invocation, flags: TokenFlags & DoneFlag): Promise<ExitCode> {
  const { session } = await open(({ definition }) =>
    found(...tokenProblems(ctx, common, flags), ...recordProblems(ctx, common, { ...flags, definition })),
  );
  const { planRevokeToken } = session.verb('manual', 'revoke single tokens');
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

/** What `tokens restore` does. */
export async function restoreToken({ ctx, common, open }: Invocation, flags: TokenFlags): Promise<ExitCode> {
  const { session } = await open(() => found(...tokenProblems(ctx, common, flags)));
  const { planRestoreToken } = session.verb('manual', 'restore tokens');
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

function tokenProblems(ctx: Context, common: CommonFlags, { id, token }: TokenFlags): readonly string[] {
  const problem = '--token is missing: give the name of a token, as "tokens list" shows it';
  return [...idProblems(ctx, common, id), ...missingProblem(ctx, common, token, problem)];
}

/**
 * The token that `--token` names; without it, the one that the user chooses among those that are not revoked.
 * @throws NotFoundError when there is none to choose from
 */
async function pickToken({ ctx }: Session, account: Account, token: string | undefined): Promise<string> {
  if (token !== undefined) return token.trim();
  const usable = account.tokens.filter(({ state }) => state !== 'revoked');
  if (usable.length === 0) throw new NotFoundError(`${account.name} has no token to choose from`);
  return ctx.prompt.select({
    message: `Which token of ${account.name}?`,
    choices: usable.map(({ name, state, fingerprint }) => ({
      value: name,
      label: `${name} (${fingerprint}), ${state}`,
    })),
  });
}
