import { listOf, quoted } from '../model/text.ts';
import type { Context } from '../context.ts';
import type { NewAccount } from '../model/account.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { providersWith } from '../providers/registry.ts';
import { noneOf, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import { readTags, type NewAccountFlags } from './account-flags.ts';
import { hasDocument, readDocument, withFlags, type GivenDocument } from './input-document.ts';
import type { CommonFlags } from './flags.ts';

/** What a person is asked for besides the name: all that an account may have, the other half of an access rule, or nothing. */
export type Asked = 'all' | 'grant' | 'nothing';

/** All is asked for where no flag says more of the account than its name, and nothing with `--yes` or a document. */
export function askedFor(ctx: Context, common: CommonFlags, flags: NewAccountFlags): Asked {
  if (!canAsk(ctx, common) || common.yes === true || hasDocument(flags)) return 'nothing';
  const { description, group, tag, role, scope, cluster, keepRules } = flags;
  if ([description, group, tag, role, scope, cluster, keepRules].every((given) => given === undefined)) return 'all';
  return (role === undefined) === (scope === undefined) ? 'nothing' : 'grant';
}

/** The account that flags and document describe; null where a person is asked for its name. */
export async function checkNewAccount(
  ctx: Context,
  common: CommonFlags,
  { flags, definition }: { flags: NewAccountFlags; definition: ProviderDefinition },
): Promise<Check<NewAccount | null>> {
  const document = await readDocument(ctx, flags, definition);
  const tags = readTags(flags.tag ?? []);
  const given = withFlags(document.value?.change ?? {}, flags, tags.value);
  const { name } = given;
  const asks = name === undefined && !hasDocument(flags) && canAsk(ctx, common);
  const problems = [
    ...document.problems,
    ...claimProblems(document.value),
    ...tags.problems,
    ...definition.creationProblems(given),
    ...grantProblems(flags, { definition, asks: askedFor(ctx, common, flags) === 'grant' }),
    // The name may be in a document that cannot be read.
    ...(asks || (name === undefined && document.problems.length > 0) ? [] : nameProblems(name, definition)),
  ];
  if (name === undefined) return { value: null, problems };
  const { description, groups = [] } = given;
  const ownTags = Object.entries(given.tags ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]]));
  const value = {
    name,
    description: description || null,
    groups,
    tags: Object.fromEntries(ownTags),
    ...rightsOf(flags),
  };
  return { value, problems };
}

/** The account that flags describe, but for its name. */
export function accountOf(flags: NewAccountFlags, name: string): NewAccount {
  const { description, group = [], tag = [] } = flags;
  return { name, description: description || null, groups: group, tags: readTags(tag).value, ...rightsOf(flags) };
}

/** A provider's own document may be one that was read from it; what is not the caller's to choose stays behind. */
function claimProblems(document: GivenDocument | null): readonly string[] {
  if (document === null || document.asRead?.isOwn !== true) return [];
  return [...document.asRead.claims.keys()].map(
    (place) => `${document.source}: ${quoted(place)} cannot be chosen: leave it out`,
  );
}

/** What the flags for access rules ask for. */
function rightsOf({ role, scope, cluster, keepRules }: NewAccountFlags): Pick<NewAccount, 'grant' | 'keepRules'> {
  return {
    grant: role === undefined || scope === undefined ? null : { role, scope, cluster: cluster ?? null },
    keepRules: keepRules === true,
  };
}

function grantProblems(
  { role, scope, cluster, keepRules }: NewAccountFlags,
  { definition: { accessRules, title }, asks }: { readonly definition: ProviderDefinition; readonly asks: boolean },
): readonly string[] {
  const given = { '--role': role, '--scope': scope, '--cluster': cluster, '--keep-rules': keepRules };
  if (accessRules === undefined) {
    const able = listOf(providersWith('accessRules'));
    return noneOf(given, `does nothing on ${title}, which has no access rules; ${able} has`);
  }
  const problem = scope === undefined ? null : accessRules.scopeProblem(scope);
  return [
    ...(role !== undefined && scope === undefined && !asks ? ['--role needs --scope: where to grant it'] : []),
    ...(scope !== undefined && role === undefined && !asks ? ['--scope needs --role: what to grant there'] : []),
    ...(cluster !== undefined && scope === undefined ? ['--cluster needs --scope'] : []),
    ...(problem === null ? [] : [`--scope: ${problem}`]),
  ];
}

function nameProblems(name: string | undefined, definition: ProviderDefinition): readonly string[] {
  if (name === undefined) return ['the name is missing: give --name, or "name" in the document'];
  const problem = definition.nameProblem(name);
  return problem === null ? [] : [`"${name}" cannot be the name: ${problem}`];
}
