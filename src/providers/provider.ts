import type { Hint } from '../model/hint.ts';
import type { AccessRule, Account, AccountChange, GrantRequest, NewAccount, ProviderName } from '../model/account.ts';
import type { Credential, Secret } from '../model/credential.ts';
import type { Context } from '../context.ts';
import type { AccountLocks } from '../state/account-lock.ts';
import type { AnswerContext, Issued, IssuancePlan, LocalEnd } from './issuance.ts';
import type { Action, SuppliedCredential, Intake, IntakeRequest } from './manual.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpCredential } from '../http/request.ts';
import type { ProviderProblem } from '../http/error.ts';

/**
 * One provider as the registry knows it: everything that can be said without a connection, and how to connect.
 * Adapters never print, prompt or read the environment.
 */
export interface ProviderDefinition {
  readonly name: ProviderName;
  /** In sentences, e.g. `Run:ai`. */
  readonly title: string;
  /** Reads `-f`/`--stdin` input: the provider's own request body or our own shape. */
  readonly readDocument: (document: unknown) => DocumentReading;
  /** What is wrong with a scope that a role is to be granted on; absent where there are none. */
  readonly scopeProblem?: (scope: string) => string | null;
  /** What a new account cannot have here, one sentence each. */
  readonly creationProblems: (account: AccountChange) => readonly string[];
  /** What this provider cannot change of an account, one sentence each. */
  readonly changeProblems: (change: AccountChange) => readonly string[];
  /** What the body of an error answer says; null when it is not in the provider's own shape. */
  readonly readProblem: (status: number, body: unknown) => ProviderProblem | null;
  /** A sentence saying why this cannot be an account's name here, or null. */
  readonly nameProblem: (name: string) => string | null;
  /** The accounts among these that `--id` names: an id, an exact name or a client id, tried in that order. */
  readonly accountsNamed: (accounts: readonly Account[], reference: string) => readonly Account[];
  /** Whether `lastUsedAt` is known, so that an account without one was never used. */
  readonly reportsUse: boolean;
  /** A sentence saying why this cannot be the name of a token, or null; only where tokens have names. */
  readonly tokenNameProblem?: (name: string) => string | null;
  /** A sentence saying why this cannot be `--org`, or null. */
  readonly organizationProblem: (id: string) => string | null;
  readonly connect: (options: ConnectOptions) => Provider;
  /** Tries a credential with a harmless read; needs nothing of the caller's. Never rejects but by an interrupt. */
  readonly verifyCredential: (options: VerificationOptions) => Promise<Verification>;
  /** Reads an answer that was kept in the journal. @throws HttpError when it holds no credential */
  readonly readAnswer: (bytes: Uint8Array, context: AnswerContext) => Issued;
  /**
   * What is left to do on this machine for such a credential, where the provider keeps records here; null where the
   * answer does not say it.
   */
  readonly resume?: (bytes: Uint8Array, options: ResumeOptions) => Promise<LocalEnd | null>;
}

export type ResumeOptions = Pick<ConnectOptions, 'local' | 'now' | 'sleep' | 'profile'>;

export interface VerificationOptions extends Pick<ConnectOptions, 'createHttp' | 'endpoint' | 'now'> {
  readonly credential: Credential;
}

/** What a trial of a credential showed. */
export interface Verification {
  /** False only when the provider itself refused the credential; null when nothing can be said. */
  readonly works: boolean | null;
  /** Why it does not work or nothing can be said; null when it works. */
  readonly why: string | null;
}

/** What an input document says. `problems` name the offending key, e.g. `unknown key "spec.groups"`. */
export interface DocumentReading {
  readonly change: AccountChange;
  readonly problems: readonly string[];
}

export interface ConnectOptions {
  /** A client for this endpoint with the provider's way of authorizing. */
  readonly createHttp: (credential: HttpCredential) => HttpClient;
  readonly credential: ProviderCredential;
  /** Origin and base path without trailing slash. */
  readonly endpoint: string;
  readonly profile: string | null;
  /** From `--org` and the like; null where the user named none. */
  readonly organization: string | null;
  /** Asked when the credential can see several organizations; throws where nobody can be asked. */
  readonly chooseOrganization: (candidates: readonly Organization[]) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly local: LocalState;
}

/** What a provider may keep on this machine. */
export interface LocalState extends Pick<Context, 'platform' | 'userId'> {
  /** Null in the sandbox, which looks at nothing there. */
  readonly homeDirectory: string | null;
  /** Absolute; the sandbox has its own. */
  readonly stateDirectory: string;
  /** The process's only ones. */
  readonly locks: AccountLocks;
}

/** The secret the user gave, and where it came from, e.g. `environment variable NSCALE_SERVICE_TOKEN`. */
export interface ProviderCredential {
  readonly source: string;
  /** Not null where the secret belongs to a client id and has to be exchanged for a token. */
  readonly clientId: string | null;
  /** @throws AuthError naming the source */
  readonly read: () => Promise<Secret>;
}

/** Verbs a provider lacks are absent. */
export interface Provider {
  readonly name: ProviderName;
  readonly whoami: () => Promise<Identity>;
  /** What is wrong on this machine that only this provider knows of, without a request. */
  readonly examine?: () => Promise<readonly Finding[]>;
  /** How long the caller's own credential lasts; asks for what is not known yet. Null when nobody can say. */
  readonly ownCredential: () => Promise<OwnCredential | null>;
  /** The same as far as the answers so far say it, without a request; only where credentials end by themselves. */
  readonly knownCredential?: () => OwnCredential | null;
  /** Whether the caller's own credential still works, asked anew. */
  readonly verifyOwnCredential: () => Promise<boolean>;
  readonly listAccounts: (options?: ListOptions) => Promise<AccountList>;
  /**
   * The one account that `reference` names: an id, an exact name or a client id, tried in that order.
   * @throws NotFoundError, or ConflictError (`ambiguous`) naming the candidates' ids
   */
  readonly findAccount: (reference: string) => Promise<Account>;
  /**
   * Takes what is in these places for the credentials of an account that is not recorded on this machine, from now on;
   * null when it cannot be that. Only where accounts are known from records (contracts/augment.md 1).
   */
  readonly assumeAccount?: (reference: string, held: readonly HeldText[]) => Promise<Account | null>;
  /** How a person fetches a new credential; only where a provider cannot issue one itself (contracts/augment.md 1). */
  readonly intake?: (request: IntakeRequest) => Promise<Intake>;
  /** `brought` where there is an `intake`. */
  readonly planCreate?: (
    account: NewAccount,
    operationId: string,
    supplied?: SuppliedCredential,
  ) => Promise<IssuancePlan>;
  readonly planRotate?: (account: Account, supplied?: SuppliedCredential) => Promise<IssuancePlan>;
  /** One more token for an account that may have several. */
  readonly planToken?: (account: Account, supplied: SuppliedCredential) => Promise<IssuancePlan>;
  /** @throws NotFoundError when the account has no token of that name; ConflictError when it is revoked already */
  readonly planRevokeToken?: (account: Account, token: string) => Promise<Plan<Account>>;
  /** Puts a token that was replaced back to where it was. @throws NotFoundError when no copy of it is left */
  readonly planRestoreToken?: (account: Account, token: string) => Promise<Plan<Account>>;
  readonly planUpdate?: (account: Account, change: AccountChange) => Promise<Plan<Account>>;
  readonly planDelete?: (account: Account) => Promise<Plan<void>>;
  readonly listOrganizations?: () => Promise<readonly Organization[]>;
  readonly listGroups?: () => Promise<readonly Group[]>;
  readonly listRoles?: () => Promise<readonly Role[]>;
  readonly listScopes?: () => Promise<readonly Scope[]>;
  /** The rules of one account, or of all of them. @throws NotFoundError when there is no such account */
  readonly listAccessRules?: (account: string | null) => Promise<readonly GrantedRule[]>;
  readonly planGrant?: (account: string, grant: GrantRequest) => Promise<Plan<GrantedRule>>;
  /** @throws NotFoundError when there is no such rule */
  readonly planRevoke?: (ruleId: string) => Promise<RevocationPlan>;
}

/** The credential that the caller works with. */
export interface OwnCredential {
  /** ISO 8601; null when it lasts until somebody ends it. */
  readonly expiresAt: string | null;
  /** Id of the service account that it is of, and that can be rotated; null where there is none. */
  readonly accountId: string | null;
}

/** What is in a place that a credential was delivered to. */
export interface HeldText {
  /** The place, as deliveries to it are noted. */
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

/** An access rule with the account it is for, by the name it binds to. */
export interface GrantedRule extends AccessRule {
  readonly account: string;
  readonly raw: unknown;
}

/** Something a role can be granted on. */
export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: 'tenant' | 'cluster' | 'department' | 'project';
  readonly clusterId: string | null;
  /** Its name behind its cluster's, e.g. `gpu-west/vision`, because names repeat across clusters. */
  readonly path: string;
  readonly raw: unknown;
}

export interface ListOptions {
  /** Joins the access rules of all accounts, where there are such. */
  readonly withRules: boolean;
  /** Adds accounts that nothing but their activity is known of, where a provider keeps no list (Augment). */
  readonly withActive?: boolean;
}

export interface AccountList {
  readonly accounts: readonly Account[];
  /** Things a reader of the list must know, e.g. that it may be incomplete. */
  readonly warnings: readonly string[];
}

/** Who the credential is. */
export interface Identity {
  readonly subject: string;
  readonly kind: 'service-account' | 'user' | 'unknown';
  readonly organizations: readonly string[];
  /** What the credential may do, one line each, where the provider says so. */
  readonly permissions: readonly string[] | null;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly raw: unknown;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly roles: readonly string[];
  readonly accounts: number;
  readonly raw: unknown;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** Whether the caller may grant it; null when the provider does not say. */
  readonly grantable: boolean | null;
  readonly raw: unknown;
}

/** A request as `--dry-run` shows it. */
export interface PlannedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** A change that was checked as far as reading allows, and nothing of it sent. */
export interface Plan<Result> {
  readonly requests: readonly PlannedRequest[];
  /** What it will do, one sentence each, e.g. `the current token stops working at once`. */
  readonly effects: readonly string[];
  /** What a person has to do in the provider's console; `apply` then only records that it was done. */
  readonly action?: Action;
  readonly apply: (options: ApplyOptions) => Promise<Result>;
}

/** Takes an access rule away. */
export interface RevocationPlan extends Plan<void> {
  readonly rule: GrantedRule;
}

export interface ApplyOptions {
  /** Ends the wait for an answer. */
  readonly signal: AbortSignal;
  /** Is told of each step of several that was done, e.g. `deleted access rule 17`. */
  readonly report: (step: string) => Promise<void>;
}
