import { PartialError } from '../errors.ts';
import { barelyKnown, type Account } from '../model/account.ts';
import type { Misread } from '../providers/provider.ts';
import type { Listed } from './connections.ts';
import type { Skipped } from './due.ts';
import type { BulkInput } from './input.ts';
import { failedItem, type FailedItem } from './items.ts';

/** An account of which it cannot be told whether it is to be rotated. */
export interface Unclear extends Pick<Misread, 'what'> {
  readonly account: Account;
}

/** Whether a reference means an account that is left out of the list. */
export function isNamed({ isListed, id, name }: Misread, reference: string): boolean {
  return !isListed && (id === reference || name === reference);
}

/**
 * The accounts that were skipped only because they cannot be read, and those that no list shows for that reason: a run
 * that leaves them as they are is not to look as if all was well.
 */
export function unclearAccounts(
  skipped: readonly Skipped[],
  lists: readonly Listed[],
  { references, selectors }: BulkInput,
): { readonly skipped: readonly Skipped[]; readonly unclear: readonly Unclear[] } {
  const unclear: Unclear[] = [];
  for (const { misread = [], connected } of lists) {
    for (const { id, name, isListed, what } of misread) {
      const doubtful = isListed ? skipped.find((one) => one.account.id === id && isByFields(one)) : undefined;
      if (doubtful !== undefined) {
        unclear.push({ account: doubtful.account, what: `${what}; whether it is due is not known` });
      } else if (!isListed && references === null && (name === null || selectors.matches(name))) {
        const { definition, connection } = connected;
        const known = { provider: definition.name, profile: connection.profile, organization: null };
        unclear.push({ account: barelyKnown({ ...known, id: id ?? '', name: name ?? '' }), what });
      }
    }
  }
  const taken = new Set(unclear.map(({ account }) => account));
  return { skipped: skipped.filter(({ account }) => !taken.has(account)), unclear };
}

/** Whether an account of that name is left out for its tags or its status, although not all of it can be read. */
export function isDoubtful(
  { id, name }: Account,
  { matches }: BulkInput['selectors'],
  { misread = [] }: Pick<Listed, 'misread'>,
): boolean {
  return matches(name) && misread.some((one) => one.isListed && one.id === id);
}

function isByFields(one: Skipped): boolean {
  return isJudged(one) || one.reason === 'not meant';
}

/** Whether it was skipped for what its fields say of its age and its end. */
export function isJudged({ reason }: Pick<Skipped, 'reason'>): boolean {
  return reason === 'not due' || reason === 'age unknown';
}

/** Exit 6, whatever else is done (docs/design.md 1). */
export function unclearItem({ account, what }: Unclear): FailedItem {
  return failedItem(account, new PartialError(`${what}; it was not rotated`, { provider: account.provider }));
}
