import type { Choice, Context } from '../../context.ts';
import { NotFoundError } from '../../errors.ts';
import type { ProviderDefinition, Role } from '../../providers/provider.ts';
import type { Check } from '../../session/check.ts';
import { canAsk } from '../../session/confirm.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { pickAccount } from '../../session/pick.ts';
import type { Session } from '../../session/session.ts';

/** A role on a scope for an account, each by its id or name, as the user gives it. */
export interface Grant {
  readonly account: string;
  readonly role: string;
  readonly scope: string;
}

export type GrantFlags = { readonly [Part in keyof Grant]?: string | undefined };

/** What is missing may be so only where a person can choose it. */
export function checkGrant(
  { ctx, common }: { ctx: Context; common: CommonFlags },
  flags: GrantFlags,
  { scopeProblem }: ProviderDefinition,
): Check<GrantFlags> {
  const { account, role, scope } = flags;
  const missing = Object.entries({ account, role, scope }).flatMap(([name, value]) =>
    value === undefined && canAsk(ctx, common) ? [] : isBlank(value) ? [`--${name} is missing`] : [],
  );
  const problem = isBlank(scope) ? null : (scopeProblem?.(scope ?? '') ?? null);
  return {
    value: flags,
    problems: problem === null ? missing : [...missing, `--scope: ${problem}`],
  };
}

function isBlank(value: string | undefined): boolean {
  return value === undefined || value.trim() === '';
}

/** The grant with what the user chooses for what he did not give. */
export async function askForGrant(session: Session, flags: GrantFlags): Promise<Grant> {
  return {
    // Rules are for a name, and the questions and records that follow speak of it.
    account: flags.account ?? (await pickAccount(session, undefined)).name,
    role: flags.role ?? (await pickRole(session)),
    scope: flags.scope ?? (await pickScope(session)),
  };
}

async function pickRole(session: Session): Promise<string> {
  const roles = await session.verb('listRoles', 'list roles')();
  const choices = roles.map(roleChoice);
  if (choices.length === 0) throw new NotFoundError('there is no role to choose from');
  return session.ctx.prompt.select({ message: 'Which role?', choices });
}

function roleChoice({ id, name, description, grantable }: Role): Choice {
  const choice = { value: id, label: description === null ? name : `${name}: ${description}` };
  return grantable === false ? { ...choice, disabled: 'you may not grant it' } : choice;
}

async function pickScope(session: Session): Promise<string> {
  const scopes = await session.verb('listScopes', 'list scopes')();
  const choices = scopes.map(({ type, id, path }) => ({
    value: `${type}:${id}`,
    label: `${type} ${path}`,
  }));
  if (choices.length === 0) throw new NotFoundError('there is no scope to choose from');
  return session.ctx.prompt.select({ message: 'On which scope?', choices });
}
