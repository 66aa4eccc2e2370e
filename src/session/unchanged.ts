import { ConflictError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Session } from './session.ts';

/**
 * Reads the account again: rotating what somebody else has just rotated would kill his new credential.
 * @throws ConflictError when it is not as it was planned with
 */
export async function checkUnchanged({ provider, naming }: Session, planned: Account): Promise<void> {
  refuseChanged(planned, await provider.findAccount(planned.id), naming(planned));
}

/** @throws ConflictError when the account, which `naming` names, is not `now` as it was planned with */
export function refuseChanged(planned: Account, now: Account, naming: string): void {
  if (stateOf(now) === stateOf(planned)) return;
  throw new ConflictError('conflict', `${naming} was changed by somebody else in the meantime; nothing was sent`, {
    provider: planned.provider,
    hint: 'look at it, then run the command again',
    retryable: true,
  });
}

/** All that somebody changes of an account: not when it was last used, nor that the time of its expiry has come. */
function stateOf(account: Account): string {
  const status = account.status === 'expired' ? 'active' : account.status;
  return JSON.stringify({ ...account, status, raw: null, lastUsedAt: null, accessRules: null });
}
