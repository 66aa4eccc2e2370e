import type { Context } from '../context.ts';
import { openAccountLocks, type AccountLocks } from '../state/account-lock.ts';
import { openAuditLog, type AuditLog } from '../state/audit-log.ts';
import { openJournal, type Journal, type JournalOptions } from '../state/journal.ts';

/** What is kept of changes: journal, account locks and audit log. A process opens it once. */
export interface State {
  readonly locks: AccountLocks;
  readonly audit: AuditLog;
  readonly journal: (options: Pick<JournalOptions, 'keepsSecrets'>) => Journal;
}

/** Where it is kept. */
export interface StatePlace {
  /** The program's own, or the sandbox's part of it. */
  readonly stateDirectory: string;
}

/** Nothing is read or written yet. */
export function openState(ctx: Context, { stateDirectory }: StatePlace): State {
  const place = { ...ctx, stateDirectory };
  return {
    locks: openAccountLocks(place),
    audit: openAuditLog(place),
    journal: (options) => openJournal({ ...place, ...options }),
  };
}
