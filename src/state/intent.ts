import type { ProcessIdentity } from '../context.ts';
import type { ProviderName } from '../model/account.ts';

export const operations = ['create', 'rotate'] as const;

export type Operation = (typeof operations)[number];

/** What is about to be asked of a provider, and what is needed to find and finish it later. Holds no secret. */
export interface Intent {
  /** The entry's id, e.g. a UUID; on nscale also the value of the tag `sactl-operation`. */
  readonly id: string;
  readonly operation: Operation;
  readonly connection: EntryConnection;
  /** The account as it was before; for a create, all but its name may be null. */
  readonly account: EntryAccount;
  /** Names of the targets, e.g. `file:secrets/ci.token`; none is stdout. */
  readonly targets: readonly string[];
  /** The folder that relative paths in them are against. */
  readonly directory: string;
}

/** An intent as the journal has it. */
export interface RecordedIntent extends Intent {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly process: ProcessName;
  /** Whether an answer is kept with its secret; not with `--no-journal`. */
  readonly keepsSecret: boolean;
}

export interface EntryConnection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly endpoint: string;
  readonly organization: string | null;
  readonly isSandbox: boolean;
  /** Path of `--ca-cert`. */
  readonly caFile: string | null;
}

export interface EntryAccount {
  readonly id: string | null;
  readonly name: string;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
}

/** Whose entry or lock it is. */
export type ProcessName = Pick<ProcessIdentity, 'pid' | 'host'>;
