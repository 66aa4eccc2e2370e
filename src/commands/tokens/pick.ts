import type { Context } from '../../context.ts';
import { NotFoundError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { canAsk } from '../../session/confirm.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { idProblems } from '../../session/pick.ts';
import type { Session } from '../../session/session.ts';

/** Which token is meant. */
export interface TokenFlags {
  readonly id?: string | undefined;
  readonly token?: string | undefined;
}

/** What is wrong with `--id` and `--token`: each may be left out only where a person can choose instead. */
export function tokenProblems(ctx: Context, common: CommonFlags, { id, token }: TokenFlags): readonly string[] {
  const problems = idProblems(ctx, common, id);
  if (token === undefined && canAsk(ctx, common)) return problems;
  if (token !== undefined && token.trim() !== '') return problems;
  return [...problems, '--token is missing: give the name of a token, as "tokens list" shows it'];
}

/**
 * The token that `--token` names; without it, the one that the user chooses among those that may still work.
 * @throws NotFoundError when there is none to choose from
 */
export async function pickToken(
  { ctx }: Session,
  { name: account, tokens }: Account,
  token: string | undefined,
): Promise<string> {
  if (token !== undefined) return token.trim();
  const usable = tokens.filter(({ state }) => state !== 'revoked');
  if (usable.length === 0) throw new NotFoundError(`${account} has no token to choose from`);
  return ctx.prompt.select({
    message: `Which token of ${account}?`,
    choices: usable.map(({ name, state, fingerprint }) => ({
      value: name,
      label: `${name} (${fingerprint}), ${state}`,
    })),
  });
}
