import type { AuditFact } from '../state/audit-event.ts';
import type { AuditLog } from '../state/audit-log.ts';
import type { LockWait } from '../files/lock.ts';
import type { AccountLock, AccountLocks } from '../state/account-lock.ts';
import type { EntryConnection, Operation } from '../state/record.ts';
import type { JournalEntry } from '../state/journal-entry.ts';
import type { Journal } from '../state/journal.ts';
import type { Account } from '../model/account.ts';
import type { Credential } from '../model/credential.ts';
import type { Renderer } from '../output/renderer.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { Provider, Verification } from '../providers/provider.ts';
import type { Subject } from './ending.ts';
import type { Masker } from './mask.ts';
import type { IssuedResult } from './result.ts';
import type { StdoutFailure } from './stdout.ts';
import type { Target } from './targets/target.ts';

/** A create or rotate that was planned, with everything its delivery needs. */
export interface Issuance {
  /** A UUID: the name of its entry in the journal and, where a provider has tags, what marks a new account as ours. */
  readonly id: string;
  readonly operation: Operation;
  readonly plan: IssuancePlan;
  readonly renderer: Renderer;
  /** Takes the result, in place of stdout, where the credential went to targets. @returns what kept it from that, or null */
  readonly announce?: (result: IssuedResult) => Promise<StdoutFailure | null>;
  /** Is given the result once it is known where the credential went, or that it is about to be printed. */
  readonly told?: (result: IssuedResult) => void;
  /** Where the credential goes instead of stdout; empty: stdout. */
  readonly targets: readonly Target[];
  readonly preferences: Preferences;
  /** Takes the sealed entry once its answer is kept; null where nothing else is to have it. */
  readonly capsule: ((sealed: string) => Promise<void>) | null;
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly connection: EntryConnection;
  /** Where the caller's own credential came from, for the audit log. */
  readonly credentialSource: string;
  readonly locks: AccountLocks;
  /** How it waits for another run that works on the account; left out, it does not. */
  readonly wait?: LockWait;
  /** Ids of entries of earlier creates of this name that are known to have made nothing. */
  readonly settled?: readonly string[];
  /** Whether it takes the place of a credential whose answer an earlier run lost. */
  readonly isReissue?: boolean;
  /** Reads once more, under the lock. @throws ConflictError when the account is not as it was planned with */
  readonly checkUnchanged: () => Promise<void>;
  readonly remote: Remote;
  /** Asks a person which of these accounts was just created; null without a terminal. */
  readonly choose: ((candidates: readonly Account[]) => Promise<Account | null>) | null;
  /** Tells the user one line on stderr. */
  readonly report: (text: string) => Promise<void>;
  readonly mask: Masker;
}

export interface Preferences {
  /** Whether the new credential is verified before success is claimed. */
  readonly verify: boolean;
  /** Whether one more credential may be issued when the first answer was lost. */
  readonly reissue: boolean;
  /** Whether the credential is kept in the journal until it is delivered. */
  readonly keepsSecret: boolean;
  /** Whether the caller's own credential may be rotated without a terminal. */
  readonly allowSelf: boolean;
}

/** What an issuance needs of the provider besides the plan. */
export interface Remote {
  readonly planRotate: Provider['planRotate'];
  readonly findAccount: Provider['findAccount'];
  readonly verifyCredential: (credential: Credential) => Promise<Verification>;
  readonly verifyOwnCredential: () => Promise<boolean>;
}

/** An issuance under way, with its entry in the journal. */
export interface IssuanceRun extends Run {
  readonly issuance: Issuance;
  readonly lock: AccountLock;
  readonly keeper: AnswerKeeper;
}

/** A run with its entry in the journal: of a new credential, or of one that the journal kept, which needs no more than this. */
export interface Run {
  readonly issuance: Pick<
    Issuance,
    'operation' | 'targets' | 'renderer' | 'report' | 'announce' | 'told' | 'journal' | 'audit' | 'connection'
  > & { readonly plan: Partial<Pick<IssuancePlan, 'manual' | 'reconcile' | 'finish'>> };
  readonly entry: JournalEntry;
  readonly keeper: Pick<AnswerKeeper, 'isKept'>;
  /** Whether it comes out of the journal. */
  readonly isStored: boolean;
  /** When it was requested, ISO 8601. */
  readonly startedAt: string;
  readonly subject: Pick<Subject, 'credentialKind' | 'isSelf' | 'connection'>;
  /** What the audit log is told in any case. */
  readonly fact: Omit<AuditFact, 'exitCode' | 'error'>;
}

/** Puts answers into the journal, and remembers whether the last one is safe there. */
export class AnswerKeeper {
  readonly #entry: JournalEntry;
  readonly #keepsSecret: boolean;
  readonly #capsule: Issuance['capsule'];
  #isKept = false;
  #hasAnswer = false;

  constructor(entry: JournalEntry, { preferences, capsule }: Pick<Issuance, 'preferences' | 'capsule'>) {
    this.#entry = entry;
    this.#keepsSecret = preferences.keepsSecret;
    this.#capsule = capsule;
  }

  /** Whether the credential of the last answer would survive the end of this process. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Whether an answer is kept in which no credential was found, although one may be in it. */
  get hasAnswer(): boolean {
    return this.#hasAnswer;
  }

  /** No credential was found in the answer. @param mayHold whether one may be in it all the same */
  disregard({ mayHold }: { readonly mayHold: boolean }): void {
    this.#hasAnswer = this.#isKept && mayHold;
    this.#isKept = false;
  }

  /** Keeps the bytes of an answer. Where that fails, delivery goes on (docs/design.md 6), so it never rejects. */
  async keep(answer: Parameters<JournalEntry['keep']>[0]): Promise<void> {
    this.#isKept = false;
    this.#isKept = await this.#entry.keep(answer).then(
      () => this.#keepsSecret,
      () => false,
    );
    await this.#copy(answer).catch(() => undefined);
  }

  /** Where nothing could be kept, the copy is the only one. */
  async #copy(answer: Parameters<JournalEntry['keep']>[0]): Promise<void> {
    const sealed = this.#capsule === null ? null : ((await this.#entry.capsule?.(answer)) ?? null);
    if (sealed !== null) await this.#capsule?.(sealed);
  }
}
