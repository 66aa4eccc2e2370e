import type { Account } from '../model/account.ts';
import type { IssuingPlan } from '../providers/issuing.ts';
import type { Listed } from './member.ts';

/**
 * Whether any of the connections signs in with this account; null where that cannot be told. One connection may show the
 * account that another one signs in with, and rotating it ends what is left to do by way of that.
 */
export async function isOwn(
  account: Account,
  { isSelf }: Pick<IssuingPlan, 'isSelf'>,
  { listed, lists }: { readonly listed: Listed; readonly lists: readonly Listed[] },
): Promise<boolean | null> {
  const others = lists.filter((other) => other !== listed && isSamePlace(other, listed));
  const answers = [isSelf];
  for (const { connected } of others) {
    const plan = await connected.provider.planRotate?.(account);
    if (plan !== undefined) answers.push(plan.isSelf);
  }
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function isSamePlace({ connected: one }: Listed, { connected: other }: Listed): boolean {
  return one.definition.name === other.definition.name && one.connection.endpoint === other.connection.endpoint;
}
