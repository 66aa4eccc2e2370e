import type { Account, AccountChange, NewAccount, ProviderName } from '../model/account.ts';
import type { Credential, Secret } from '../model/credential.ts';
import type { AccessRules } from './access-rules.ts';
import type { AnswerContext, Issued, IssuancePlan } from './issuance.ts';
import type { LocalOptions, ManualDefinition, ManualVerbs } from './manual.ts';
import type { ListReading } from './list-reading.ts';
import type { Plan } from './plan.ts';
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
  /** A sentence saying why this cannot be `--org`, or null. */
  readonly organizationProblem: (id: string) => string | null;
  readonly connect: (options: ConnectOptions) => Provider;
  /** Tries a credential with a harmless read; needs nothing of the caller's. Never rejects but by an interrupt. */
  readonly verifyCredential: (options: VerificationOptions) => Promise<Verification>;
  /**
   * The account of a credential, read with the credential itself; only where the answer to a create does not show the
   * account as it is. @throws HttpError
   */
  readonly readOwnAccount?: (account: Account, options: VerificationOptions) => Promise<Account>;
  /** Reads an answer that was kept in the journal. @throws HttpError when it holds no credential */
  readonly readAnswer: (bytes: Uint8Array, context: AnswerContext) => Issued;
  /** What it has instead of an API for service accounts; its `Provider` has the verbs. */
  readonly manual?: ManualDefinition;
  /** Its access rules, where it has them; its `Provider` has the verbs. */
  readonly accessRules?: {
    /** What is wrong with a scope that a role is to be granted on, or null. */
    readonly scopeProblem: (scope: string) => string | null;
  };
}

export interface VerificationOptions extends Pick<ConnectOptions, 'createHttp' | 'endpoint' | 'now'> {
  readonly credential: Credential;
}

/** What trying a credential showed. */
export interface Verification {
  /** False only when the provider itself refused the credential; null when nothing can be said. */
  readonly works: boolean | null;
  /** Why it does not work or nothing can be said; null when it works. */
  readonly why: string | null;
}

/** What an input document says. `problems` name the offending key, e.g. `unknown key "spec.groups"`. */
export interface DocumentReading {
  readonly change: AccountChange;
  /** What else it says of an account that is there; null where it says nothing. */
  readonly asRead: AsRead | null;
  readonly problems: readonly string[];
}

/** What a document says that no update can change, as one does that `serviceaccounts get` printed. */
export interface AsRead {
  /** Whether the document has our own shape, and not the provider's. */
  readonly isOwn: boolean;
  /** Of the account; null where it names none. */
  readonly id: string | null;
  /** What finds the account where the document has no id, as long as its name is not changed; left out, nothing. */
  readonly reference?: string | undefined;
  /** The values by their places, e.g. `metadata.createdBy`; none is null. */
  readonly claims: ReadonlyMap<string, unknown>;
  /** The account in the form of the document, without what changes by itself. */
  readonly current: (account: Account) => unknown;
}

export interface ConnectOptions extends LocalOptions {
  /** A client for this endpoint with the provider's way of authorizing. */
  readonly createHttp: (credential: HttpCredential) => HttpClient;
  readonly credential: ProviderCredential;
  /** Origin and base path without trailing slash. */
  readonly endpoint: string;
  /** From `--org` and the like; null where the user named none. */
  readonly organization: string | null;
  /** Asked when the credential can see several organizations; throws where nobody can be asked. */
  readonly chooseOrganization: (candidates: readonly Organization[]) => Promise<string>;
  /** Tells the user of a wait. */
  readonly note: (text: string) => Promise<void>;
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
  /** Who the caller is. @throws HttpError when the provider does not say */
  readonly whoami?: () => Promise<Identity>;
  /** How long the caller's own credential lasts; reads what is not known yet. Null when it is not known. */
  readonly ownCredential: () => Promise<OwnCredential | null>;
  /** The same as far as the answers so far say it, without a request; only where credentials end by themselves. */
  readonly knownCredential?: () => OwnCredential | null;
  /** Asks who the caller is, where the plan of a rotation wants to know that and the provider has to be asked. Never rejects. */
  readonly meetCaller?: () => Promise<void>;
  /** Whether the caller's own credential still works, asked anew. */
  readonly verifyOwnCredential: () => Promise<boolean>;
  readonly listAccounts: (options?: ListOptions) => Promise<AccountList>;
  /**
   * The one account that `reference` names: an id, an exact name or a client id, tried in that order.
   * @throws NotFoundError, or ConflictError (`ambiguous`) naming the candidates' ids
   */
  readonly findAccount: (reference: string) => Promise<Account>;
  /** `operationId` marks the account where it can, so that it is found when the answer is lost. */
  readonly planCreate?: (account: NewAccount, operationId: string) => Promise<IssuancePlan>;
  readonly planRotate?: (account: Account) => Promise<IssuancePlan>;
  readonly planUpdate?: (account: Account, change: AccountChange) => Promise<Plan<Account>>;
  readonly planDelete?: (account: Account) => Promise<Plan<void>>;
  /** The name of the organization that it works in, as far as answers have said it; only where organizations have names. */
  readonly organizationName?: () => string | null;
  readonly listOrganizations?: () => Promise<readonly Organization[]>;
  readonly listGroups?: () => Promise<readonly Group[]>;
  readonly listRoles?: () => Promise<ListReading<Role>>;
  readonly accessRules?: AccessRules;
  /** Instead of `planCreate` and `planRotate` where a person fetches every credential. */
  readonly manual?: ManualVerbs;
}

/** The credential that the caller works with. */
export interface OwnCredential {
  /** ISO 8601; null when it does not end by itself. */
  readonly expiresAt: string | null;
  /** Id of the service account that it is of, and that can be rotated; null where there is none. */
  readonly accountId: string | null;
}

export interface ListOptions {
  /** Joins the access rules of all accounts, where there are such. */
  readonly withRules: boolean;
  /** Adds accounts that nothing but their activity is known of, where a provider keeps no list (Augment). */
  readonly withActive?: boolean;
  /** Leaves out all accounts but those with these ids; what else the list tells is of all. */
  readonly only?: ReadonlySet<string>;
}

export interface AccountList {
  readonly accounts: readonly Account[];
  /** Things a reader of the list must know, e.g. that it may be incomplete. */
  readonly warnings: readonly string[];
  /** Set where the list is as long as the provider's lists get: there may be accounts that only their ids find. */
  readonly isCut?: boolean;
  /** Accounts that cannot be read, or not as a whole; absent where there is none. */
  readonly misread?: readonly Misread[];
}

/** An account that the provider sends in a form that is not known. */
export interface Misread {
  /** Null where it cannot be read, as is the name. */
  readonly id: string | null;
  readonly name: string | null;
  /** Whether it is in the list all the same, because its id and its name can be read. */
  readonly isListed: boolean;
  /** A sentence that names it and what cannot be read of it. */
  readonly what: string;
}

/** Who the credential is. */
export interface Identity {
  /** Null where the provider only says which organizations it belongs to. */
  readonly subject: string | null;
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
