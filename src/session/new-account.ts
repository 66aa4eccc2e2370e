import { compareText, listOf } from '../model/text.ts';
import type { Context, PromptChoice } from '../context.ts';
import type { NewAccount } from '../model/account.ts';
import type { Group, ProviderDefinition, Role } from '../providers/provider.ts';
import { providersWith } from '../providers/registry.ts';
import { noneOf, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import { readTags, type NewAccountFlags } from './account-flags.ts';
import { hasDocument, readDocument, withFlags } from './input-document.ts';
import type { CommonFlags } from './flags.ts';
import { orNull, readableRoles } from './list.ts';
import type { Session } from './session.ts';

/** The account that flags and document describe; null where a person is asked for it. */
export async function checkNewAccount(
  ctx: Context,
  common: CommonFlags,
  { flags, definition }: { flags: NewAccountFlags; definition: ProviderDefinition },
): Promise<Check<NewAccount | null>> {
  const document = await readDocument(ctx, flags, definition);
  const tags = readTags(flags.tag ?? []);
  const given = withFlags(document.value ?? {}, flags, tags.value);
  const { name } = given;
  const asks = name === undefined && !hasDocument(flags) && canAsk(ctx, common);
  const problems = [
    ...document.problems,
    ...tags.problems,
    ...definition.creationProblems(given),
    ...grantProblems(flags, definition),
    // The name may be in a document that cannot be read.
    ...(asks || (name === undefined && document.problems.length > 0) ? [] : nameProblems(name, definition)),
  ];
  if (name === undefined) return { value: null, problems };
  const { description, groups = [] } = given;
  const ownTags = Object.entries(given.tags ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]]));
  const value = { name, description: description || null, groups, tags: Object.fromEntries(ownTags), ...rights(flags) };
  return { value, problems };
}

/** What the flags for access rules ask for. */
function rights({ role, scope, cluster, keepRules }: NewAccountFlags): Pick<NewAccount, 'grant' | 'keepRules'> {
  return {
    grant: role === undefined || scope === undefined ? null : { role, scope, cluster: cluster ?? null },
    keepRules: keepRules === true,
  };
}

function grantProblems(
  { role, scope, cluster, keepRules }: NewAccountFlags,
  { accessRules, title }: ProviderDefinition,
): readonly string[] {
  const given = { '--role': role, '--scope': scope, '--cluster': cluster, '--keep-rules': keepRules };
  if (accessRules === undefined) {
    const able = listOf(providersWith('accessRules'));
    return noneOf(given, `does nothing on ${title}, which has no access rules; ${able} has`);
  }
  const problem = scope === undefined ? null : accessRules.scopeProblem(scope);
  return [
    ...(role !== undefined && scope === undefined ? ['--role needs --scope: where to grant it'] : []),
    ...(scope !== undefined && role === undefined ? ['--scope needs --role: what to grant there'] : []),
    ...(cluster !== undefined && scope === undefined ? ['--cluster needs --scope'] : []),
    ...(problem === null ? [] : [`--scope: ${problem}`]),
  ];
}

function nameProblems(name: string | undefined, definition: ProviderDefinition): readonly string[] {
  if (name === undefined) return ['the name is missing: give --name, or "name" in the document'];
  const problem = definition.nameProblem(name);
  return problem === null ? [] : [`"${name}" cannot be the name: ${problem}`];
}

/** Asks for everything that no flag gives: organization (where there are several), name, description, groups. */
export async function askForAccount(session: Session, flags: NewAccountFlags): Promise<NewAccount> {
  const { ctx, definition, provider } = session;
  const areAsked = flags.group === undefined && provider.listGroups !== undefined;
  // Null where the caller may not read groups.
  const groups = areAsked ? await orNull(provider.listGroups()) : [];
  const name = await ctx.prompt.input({
    message: 'Name',
    validate: (value) => definition.nameProblem(value.trim()) ?? true,
  });
  const hasDescriptions = definition.creationProblems({ description: 'x' }).length === 0;
  const description =
    flags.description ?? (hasDescriptions ? await ctx.prompt.input({ message: 'Description (optional)' }) : '').trim();
  return {
    name: name.trim(),
    description: description === '' ? null : description,
    groups: flags.group ?? (await askForGroups(session, groups)),
    tags: readTags(flags.tag ?? []).value,
    ...rights(flags),
  };
}

async function askForGroups(session: Session, groups: readonly Group[] | null): Promise<readonly string[]> {
  const { ctx } = session;
  if (groups?.length === 0) return [];
  if (groups === null) {
    const typed = await ctx.prompt.input({
      message: 'Group ids, separated by commas (this token may not list groups; optional)',
    });
    return typed.split(/[\s,]+/).filter((id) => id !== '');
  }
  const roles = await readableRoles(session);
  return ctx.prompt.checkbox({
    message: 'Groups',
    choices: groups.toSorted((a, b) => compareText(a.name, b.name)).map((group) => groupChoice(group, roles)),
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
