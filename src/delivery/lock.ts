import type { AccountLock } from '../state/account-lock.ts';
import { accountKey } from './account-key.ts';
import type { Issue } from './issue.ts';

/**
 * Takes the lock of the account that an issue is about; of one that is to be created, of its name.
 * @throws ConflictError (`locked`) at once when another run has it; UsageError; FailedError (`lock`)
 */
export function lockAccount({
  operation,
  plan,
  connection,
  locks,
}: Pick<Issue, 'operation' | 'plan' | 'connection' | 'locks'>): Promise<AccountLock> {
  const { provider, id, name } = plan.expected;
  return locks.lock({
    key: accountKey(connection, operation === 'create' ? { id: null, name } : { id, name }),
    name: `${provider} service account ${name}`,
  });
}
