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
  | 'discard';

export type AuditOutcome = 'done' | 'partial' | 'failed' | 'unknown' | 'undelivered' | 'action-required';

const outcomes: ReadonlyMap<ExitCode, AuditOutcome> = new Map([
  [ExitCode.done, 'done'],
  [ExitCode.partial, 'partial'],
  [ExitCode.unknownOutcome, 'unknown'],
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.actionRequired, 'action-required'],
]);

/** What a change came to, as its exit code says. */
export function outcomeOf(exitCode: ExitCode): AuditOutcome {
  return outcomes.get(exitCode) ?? 'failed';
}

/** What happened, as the caller knows it: who, where and when is added by the log. What is left out is unknown. */
export interface AuditFact {
  readonly operation: AuditOperation;
  /** What the change itself came to. */
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

/**
 * One line of the log, as it is read: written by any version, so every value but the time may be unknown. The keys are
 * in the order of the line. Strings are safe to show.
 */
export interface AuditEvent {
  /** Higher when a newer sactl wrote it. */
  readonly schema: number;
  /** ISO 8601. */
  readonly at: string;
  /** One of `AuditOperation`, or what a newer version calls it. */
  readonly operation: string;
  /** One of `AuditOutcome`, or what a newer version calls it. */
  readonly outcome: string;
  readonly exitCode: number | null;
  readonly provider: string | null;
  readonly profile: string | null;
  readonly endpoint: string | null;
  readonly organization: string | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly sandbox: boolean;
  readonly credentialSource: string | null;
  /** Name of the user, or the numeric id as text. */
  readonly user: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly ci: AuditCi | null;
  readonly expiresBefore: string | null;
  readonly expiresAfter: string | null;
  readonly fingerprint: string | null;
  readonly verified: boolean | null;
  readonly reissued: boolean | null;
  readonly targets: readonly AuditTarget[];
  readonly entry: string | null;
  readonly error: string | null;
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
}
