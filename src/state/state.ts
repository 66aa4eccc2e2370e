import type { AccountLocks } from './account-lock.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditHistory } from './audit-read.ts';
import type { Holdings } from './holdings.ts';
import type { KeptDocument } from './kept-document.ts';
import type { Journal, JournalOptions } from './journal.ts';

/** What is kept of changes: account locks, journal and audit log, on this machine or in a store. A process opens it once. */
export interface State {
  readonly locks: AccountLocks;
  readonly audit: AuditLog;
  readonly journal: (options: Pick<JournalOptions, 'keepsSecrets'>) => Journal;
  readonly history: () => AuditHistory;
  /** Whether the log of this run is to have a sealed copy of what is kept: nothing else may outlive its machine. */
  readonly hasCapsule: boolean;
  /** Whether it is in a store, for all machines that use that. */
  readonly isShared: boolean;
  /** What else is kept under this key for several machines; null where the state is on this one. */
  readonly document: (key: string) => KeptDocument | null;
  /** Who holds which accounts. */
  readonly holdings: () => Promise<Holdings>;
  /** Tells it from every other one, e.g. `s3://ops/prod`. */
  readonly place: string;
}
