import { ExitCode } from '../errors.ts';
import type { ProviderName } from '../model/account.ts';

/** The shape of events that this version writes. */
export const auditSchema = 1;

/** What sactl does that changes something. */
export type AuditOperation =
  | 'create'
  | 'rotate'
  | 'update'
  | 'delete'
  | 'revoke'
  | 'restore'
  | 'grant'
  | 'ungrant'
  | 'deliver'
  | 'discard'
  | 'unlock';

export type AuditOutcome = 'done' | 'partial' | 'failed' | 'unknown' | 'undelivered' | 'superseded' | 'action-required';

const outcomes: ReadonlyMap<ExitCode, AuditOutcome> = new Map([
  [ExitCode.done, 'done'],
  [ExitCode.partial, 'partial'],
  [ExitCode.unknownOutcome, 'unknown'],
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.actionRequired, 'action-required'],
]);

/** The outcome that an exit code stands for. */
export function outcomeOf(exitCode: ExitCode): AuditOutcome {
  return outcomes.get(exitCode) ?? 'failed';
}

/** A change as its caller knows it; the log adds user, machine and time. What is left out is unknown. */
export interface AuditFact {
  readonly operation: AuditOperation;
  /** Of the change itself. */
  readonly exitCode: ExitCode;
  /** Default: what the exit code says. */
  readonly outcome?: AuditOutcome;
  /** Null when that is not known, as of an entry that cannot be read. */
  readonly connection: AuditConnection | null;
  readonly account: AuditSubject;
  /** When the credential before ran out, and the one after does; ISO 8601. */
  readonly expiresBefore?: string | null;
  readonly expiresAfter?: string | null;
  /** Of the credential that was issued or delivered, as `Secret.fingerprint` gives it: `sha256:` and 12 hex digits. */
  readonly fingerprint?: string | null;
  /** Whether that credential was seen to work. */
  readonly verified?: boolean | null;
  readonly reissued?: boolean | null;
  readonly targets?: readonly AuditTarget[];
  /** Id of the journal's entry. */
  readonly entry?: string | null;
  /** Why it failed. */
  readonly error?: string | null;
}

/** What was changed. Every value is null where it is not known. */
export interface AuditSubject {
  /** The account's; of `grant` and `ungrant`, the access rule's. */
  readonly id: string | null;
  readonly name: string | null;
  readonly organization: string | null;
}

export interface AuditConnection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly endpoint: string;
  readonly isSandbox: boolean;
  /** e.g. `environment variable NSCALE_SERVICE_TOKEN`; null when it was no caller's, as of an entry that is recovered. */
  readonly credentialSource: string | null;
}

export interface AuditTarget {
  readonly target: string;
  readonly ok: boolean;
}

/** The pipeline's run that did it. */
export interface AuditCi {
  /** e.g. `github-actions`. */
  readonly system: string;
  /** e.g. `acme/deploy`. */
  readonly repository: string | null;
  readonly workflow: string | null;
  readonly runId: string | null;
  /** Who started it. */
  readonly actor: string | null;
  /** The run's page; null where none is named, and in events of an older sactl. */
  readonly url: string | null;
}
