import type { Context } from '../context.ts';
import type { AccountChange } from '../model/account.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import type { Check } from './check.ts';
import type { ChangeFlags } from './account-flags.ts';
import { readDocument } from './input-document.ts';

/** The change that flags and document describe. */
export async function checkChange(
  ctx: Context,
  flags: ChangeFlags,
  definition: ProviderDefinition,
): Promise<Check<AccountChange>> {
  const document = await readDocument(ctx, flags, definition);
  const tags = readTags(flags.tag ?? []);
  const value = merged(document.value ?? {}, flags, tags.value);
  const refused = definition.changeProblems(value);
  const isRenamed = value.name !== undefined && refused.length === 0;
  const problem = isRenamed ? definition.nameProblem(value.name) : null;
  const problems = [
    ...document.problems,
    ...tags.problems,
    ...refused,
    ...(problem === null ? [] : [`"${value.name}" cannot be the name: ${problem}`]),
    ...contradictions(flags),
  ];
  if (problems.length === 0 && Object.keys(value).length === 0) {
    problems.push('there is nothing to change: give a flag such as --description, or a document with -f');
  }
  return { value, problems };
}

function merged(document: AccountChange, flags: ChangeFlags, tags: Readonly<Record<string, string>>): AccountChange {
  const removed = Object.fromEntries((flags.removeTag ?? []).map((key) => [key, null]));
  const allTags = { ...document.tags, ...tags, ...removed };
  const { description, name, group, addGroup, removeGroup } = flags;
  return {
    ...document,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description === '' ? null : description }),
    ...(group === undefined ? {} : { groups: group }),
    ...(addGroup === undefined ? {} : { addGroups: addGroup }),
    ...(removeGroup === undefined ? {} : { removeGroups: removeGroup }),
    ...(Object.keys(allTags).length === 0 ? {} : { tags: allTags }),
    ...(flags.enable ? { enabled: true } : {}),
    ...(flags.disable ? { enabled: false } : {}),
  };
}

function contradictions(flags: ChangeFlags): readonly string[] {
  const keys = (flags.tag ?? []).map(tagKey);
  return [
    ...inBoth(flags.addGroup, flags.removeGroup).map((group) => `--add-group and --remove-group both name "${group}"`),
    ...(flags.enable && flags.disable ? ['--enable and --disable exclude each other'] : []),
    ...inBoth(keys, flags.removeTag).map((key) => `--tag and --remove-tag both name "${key}"`),
  ];
}

function inBoth(first: readonly string[] = [], second: readonly string[] = []): string[] {
  return first.filter((item) => second.includes(item));
}

/** `key=value` pairs; the value may be empty and may hold `=`. */
export function readTags(pairs: readonly string[]): Check<Record<string, string>> {
  const tags = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of pairs) {
    const key = tagKey(pair);
    if (key === '' || !pair.includes('=')) {
      problems.push(`--tag "${pair}" must have the form <key>=<value>`);
    } else if (tags.has(key)) {
      problems.push(`--tag names "${key}" twice`);
    } else {
      tags.set(key, pair.slice(pair.indexOf('=') + 1));
    }
  }
  return { value: Object.fromEntries(tags), problems };
}

/** What is before the first `=`. */
function tagKey(pair: string): string {
  return (pair.split('=', 1)[0] ?? '').trim();
}
