import type { Account, AccountStatus } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { readTags } from '../session/account-flags.ts';
import type { Check } from '../session/check.ts';
import type { TraitFlags } from './flags.ts';

/** What accounts have to be, by `--tag` and `--status`. */
export interface Traits {
  /** All of them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly status: AccountStatus | null;
}

/**
 * Reads `--tag` and `--status`. Where no provider has tags, `--tag` finds nothing, which is not to look as if there were
 * nothing to do.
 */
export function readTraits(
  { tag, status }: TraitFlags,
  definitions: readonly Pick<ProviderDefinition, 'creationProblems'>[],
): Check<Traits> {
  const { value: tags, problems } = readTags(tag ?? []);
  const reasons =
    tag === undefined ? [] : definitions.map(({ creationProblems }) => creationProblems({ tags: { any: '' } }));
  const isNeedless = reasons.length > 0 && reasons.every((some) => some.length > 0);
  const needless = isNeedless ? [`--tag finds nothing: ${reasons.flat()[0] ?? ''}`] : [];
  return { value: { tags, status: status ?? null }, problems: [...problems, ...needless] };
}

/** Why an account is another one than `--tag` and `--status` mean; null when it is meant. */
export function whyOther(account: Account, { tags, status }: Traits): string | null {
  for (const [key, value] of Object.entries(tags)) {
    if (account.tags[key] !== value) return `it has no tag ${quoted(`${key}=${value}`)}`;
  }
  return status === null || account.status === status ? null : `its status is ${account.status}`;
}
