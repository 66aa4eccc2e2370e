import type { PromptChoice } from '../context.ts';
import type { NewAccount } from '../model/account.ts';
import { compareText } from '../model/text.ts';
import type { Group, Role } from '../providers/provider.ts';
import { pickRole, pickScope } from './access-rules.ts';
import type { NewAccountFlags } from './account-flags.ts';
import { orNull, readableRoles } from './list.ts';
import { accountOf, type Asked } from './new-account.ts';
import type { Session } from './session.ts';

/** Asks for the name of an account that flags describe. */
export async function askForName({ ctx, definition }: Session, flags: NewAccountFlags): Promise<NewAccount> {
  const name = await ctx.prompt.input({
    message: 'Name',
    validate: (value) => definition.nameProblem(value.trim()) ?? true,
  });
  return accountOf(flags, name.trim());
}

/** Asks for what is `asked`, as far as the provider has it: description, groups, an access rule. Enter skips a question. */
export async function askForRest(
  session: Session,
  flags: NewAccountFlags,
  { account, asked }: { readonly account: NewAccount; readonly asked: Asked },
): Promise<NewAccount> {
  if (asked === 'nothing') return account;
  const about = asked === 'all' ? { ...(await askForDescription(session)), ...(await askForMembership(session)) } : {};
  return { ...account, ...about, ...(await askForGrant(session, flags)) };
}

async function askForDescription({ ctx, definition }: Session): Promise<Partial<NewAccount>> {
  const hasDescriptions = definition.creationProblems({ description: 'x' }).length === 0;
  if (!hasDescriptions) return {};
  const typed = (await ctx.prompt.input({ message: 'Description (optional)' })).trim();
  return typed === '' ? {} : { description: typed };
}

async function askForMembership(session: Session): Promise<Partial<NewAccount>> {
  const { listGroups } = session.provider;
  if (listGroups === undefined) return {};
  // Null where the caller may not read groups.
  return { groups: await askForGroups(session, await orNull(listGroups()), []) };
}

/** Asks for groups, of which some are chosen already. @param groups null where they cannot be listed */
export async function askForGroups(
  session: Session,
  groups: readonly Group[] | null,
  chosen: readonly string[],
): Promise<readonly string[]> {
  const { ctx } = session;
  if (groups?.length === 0) return [];
  if (groups === null) {
    const typed = await ctx.prompt.input({
      message: 'Group ids, separated by commas (this token may not list groups; optional)',
      ...(chosen.length === 0 ? {} : { initial: chosen.join(', ') }),
    });
    return typed.split(/[\s,]+/).filter((id) => id !== '');
  }
  const roles = await readableRoles(session);
  return ctx.prompt.checkbox({
    message: 'Groups',
    choices: groups.toSorted((a, b) => compareText(a.name, b.name)).map((group) => groupChoice(group, roles)),
    ...(chosen.length === 0 ? {} : { chosen }),
  });
}

function groupChoice(group: Group, roles: ReadonlyMap<string, Role>): PromptChoice {
  const carried = group.roles.map((id) => roles.get(id)?.name ?? id).join(', ');
  const forbidden = group.roles.find((id) => roles.get(id)?.grantable === false);
  return {
    value: group.id,
    label: carried === '' ? group.name : `${group.name} (${carried})`,
    names: [group.name, group.id],
    ...(forbidden === undefined ? {} : { disabled: `you may not grant ${roles.get(forbidden)?.name ?? forbidden}` }),
  };
}

/** A role and where it is granted; of what a flag gives, only the rest is asked for. */
async function askForGrant(session: Session, { role, scope, cluster }: NewAccountFlags): Promise<Partial<NewAccount>> {
  if (session.provider.accessRules === undefined) return {};
  const none = scope === undefined ? 'none for now ("accessrules create" grants one later)' : undefined;
  const chosen = role ?? (await pickRole(session, none));
  if (chosen === '') return {};
  return { grant: { role: chosen, scope: scope ?? (await pickScope(session)), cluster: cluster ?? null } };
}
