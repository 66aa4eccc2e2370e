import type { AccountLockOptions, AccountLocks } from './account-lock.ts';

/** `openAccountLocks`, loaded with the first lock that is taken: most commands take none. There is to be one per process. */
export function locksOnDemand(options: AccountLockOptions): AccountLocks {
  let opened: Promise<AccountLocks> | null = null;
  return {
    lock: async (account) => {
      opened ??= import('./account-lock.ts').then((module) => module.openAccountLocks(options));
      return (await opened).lock(account);
    },
  };
}
