import type { Context } from '../context.ts';
import type { RequiredAction } from '../errors.ts';
import type { Account, NewAccount } from '../model/account.ts';
import type { Hint } from '../model/hint.ts';
import type { Secret } from '../model/credential.ts';
import type { AccountLocks } from '../state/account-lock.ts';
import type { KeptDocument } from '../state/kept-document.ts';
import type { IssuancePlan, ResumedIssuance } from './issuance.ts';
import type { Plan } from './plan.ts';

/** What a provider has whose accounts a person manages in its console, and sactl records (docs/contracts/augment.md 1). */
export interface ManualDefinition {
  /** A sentence saying why this cannot be the name of a token, or null. */
  readonly tokenNameProblem: (name: string) => string | null;
  /** What is left to do on this machine for a credential out of the journal; null where the answer does not say it. */
  readonly resume: (bytes: Uint8Array, options: LocalOptions) => Promise<ResumedIssuance | null>;
  readonly records: RecordDefinition;
}

/** What sactl records of such accounts, as a text, where it is, and how that of two places becomes one. */
export interface RecordDefinition {
  /** In a store. */
  readonly key: string;
  readonly onMachine: (local: Omit<LocalState, 'document'>, sleep: LocalOptions['sleep']) => KeptDocument;
  /** `into` with what `from` has beside it; null where that is nothing. `kept` is named by what is thrown. @throws FailedError */
  readonly merge: (into: string | null, from: string, kept: Pick<KeptDocument, 'place'>) => string | null;
  /** The text of one with nothing in it. */
  readonly empty: string;
  /** How many accounts are in it. @throws FailedError */
  readonly count: (text: string | null, kept: Pick<KeptDocument, 'place'>) => number;
}

/** Its verbs over one connection. */
export interface ManualVerbs {
  /** What is wrong on this machine that only this provider knows of, without a request. */
  readonly examine: () => Promise<readonly Finding[]>;
  /** Takes what is in these targets for the credentials of an account that is not recorded; null when it cannot be. */
  readonly adoptAccount: (reference: string, held: readonly HeldText[]) => Promise<Account | null>;
  /** How a person fetches a new credential. @throws ConflictError when the account has a token of that name */
  readonly intake: (request: IntakeRequest) => Promise<Intake>;
  readonly planCreate: (account: NewAccount, supplied: SuppliedCredential) => Promise<IssuancePlan>;
  readonly planRotate: (account: Account, supplied: SuppliedCredential) => Promise<IssuancePlan>;
  /** One more token for an account that may have several. */
  readonly planToken: (account: Account, supplied: SuppliedCredential) => Promise<IssuancePlan>;
  /** @throws NotFoundError when the account has no token of that name; ConflictError when it is revoked already */
  readonly planRevokeToken: (account: Account, token: string) => Promise<Plan<Account>>;
  /** Puts a token that was replaced back to where it was. @throws NotFoundError when no copy of it is left */
  readonly planRestoreToken: (account: Account, token: string) => Promise<Plan<Account>>;
}

/** What reading and changing the records on this machine takes. */
export interface LocalOptions {
  readonly local: LocalState;
  readonly profile: string | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What a provider may keep on this machine. */
export interface LocalState extends Pick<Context, 'platform' | 'userId'> {
  /** Null in the sandbox, which looks at nothing there. */
  readonly homeDirectory: string | null;
  /** Absolute; the sandbox has its own. */
  readonly stateDirectory: string;
  /** The process's only ones. */
  readonly locks: AccountLocks;
  /** What is kept under this key for several machines; null where everything is kept on this one. */
  readonly document: (key: string) => Promise<KeptDocument | null>;
}

/** What a new credential is wanted for. */
export interface IntakeRequest {
  readonly operation: 'create' | 'rotate';
  /** The account; null when it is still to be made. */
  readonly account: Account | null;
  readonly name: string;
  /** What the new token is to be called, where the user said so. */
  readonly token: string | null;
}

/** How a person fetches a new credential, and how the text they supply is read. */
export interface Intake {
  readonly action: Omit<RequiredAction, 'command'>;
  /** Stands in for the credential while everything else is tried, before a person goes to fetch it. */
  readonly placeholder: SuppliedCredential;
  /** Reads what was pasted or read from a file; no problem quotes any of it. */
  readonly read: (text: string) => IntakeReading;
}

export interface IntakeReading {
  /** Null exactly when there are problems. */
  readonly supplied: SuppliedCredential | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** A question to be confirmed, because it would change the account's tenant; null when there is none. */
  readonly question: string | null;
}

/** A credential that a person fetched. */
export interface SuppliedCredential {
  /** The provider's own document, e.g. a session as one line of JSON. */
  readonly document: Secret;
  /** The name that the token is recorded under. */
  readonly token: string;
}

/** The text that a target holds. */
export interface HeldText {
  /** The target, as deliveries to it are recorded. */
  readonly target: string;
  readonly text: string;
}

/** Something that `doctor` found. */
export interface Finding {
  /** What was looked at, a stable word for scripts, e.g. `permissions`. */
  readonly check: string;
  /** An `error` keeps things from working; a `warning` will, or is a risk. */
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** Null where there is nothing to do. */
  readonly hint: Hint | null;
}
