import type { RequiredAction } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Credential, Secret } from '../model/credential.ts';
import type { ApplyOptions, PlannedRequest } from './plan.ts';

/** A change whose answer carries a credential that is shown once. */
export interface IssuancePlan {
  readonly requests: readonly PlannedRequest[];
  readonly effects: readonly string[];
  /** The account the credential belongs to as far as it is known beforehand, for checking filters against. */
  readonly expected: Account;
  /** The answer's shape as `--raw` prints it, with `secret`, or null, where the provider would put the credential. */
  readonly expectedRaw: (secret: string | null) => unknown;
  readonly credentialKind: Credential['kind'];
  /** Whether the caller signs in with this very account; null where that cannot be told (docs/design.md 6). */
  readonly isSelf: boolean | null;
  /** Only where a person supplied the credential: it is tried before anything is touched, and the old one works on. */
  readonly manual?: ManualIssuance;
  /** Sends the one mutating request. @throws HttpError saying what is known of its arrival */
  readonly send: (options: SendOptions) => Promise<Issued>;
  /** Whether readings can prove that the request was done; where they cannot, only time settles it. */
  readonly leavesEvidence: boolean;
  /** One reading of what became of a request whose answer was lost. @throws HttpError when it cannot be read */
  readonly readEvidence: () => Promise<Evidence>;
  /** Reads the account again and mends what did not take. @throws PartialError naming what could not be mended */
  readonly reconcile: (
    issued: Issued,
    /** Whether the credential was seen to work by then. */
    seen: { readonly verified: boolean },
  ) => Promise<Account>;
  /** What is left to do once the credential is delivered, e.g. granting rights. @throws PartialError */
  readonly finish?: (account: Account, options: ApplyOptions) => Promise<void>;
}

/** What is recorded of a supplied credential, and what is left to a person. Targets are named by their addresses. */
export interface ManualIssuance {
  /** Whether it may be printed where it has no target: not while the person who supplied it has it. */
  readonly mayPrint: boolean;
  /** Where it goes when the user names no target, as `--to` has it. */
  readonly defaultTarget?: string;
  /** What a person has to do once it was delivered to these targets. */
  readonly actions: (delivered: readonly string[]) => readonly RequiredAction[];
  /** Records on this machine where it was delivered, before the result is printed; gives the account as it is then. */
  readonly record: (delivered: readonly string[]) => Promise<Account>;
}

/** What is left to do on this machine for a supplied credential out of the journal. */
export type ResumedIssuance = Required<Pick<IssuancePlan, 'reconcile' | 'manual'>>;

export interface SendOptions {
  /** Ends the wait for the answer. */
  readonly signal: AbortSignal;
  /** Receives the bytes of a 2xx answer before anything looks at them. */
  readonly keep?: (bytes: Uint8Array) => Promise<void>;
}

export interface Issued {
  readonly account: Account;
  readonly credential: Credential;
  /** What the provider's own tools read, and targets receive: the token, the secret, the session. */
  readonly payload: Secret;
  /** The provider's answer with `secret`, or null, in the credential's place. */
  readonly raw: (secret: string | null) => unknown;
}

/**
 * What a reading after a lost answer shows. `unchanged`: as it was before, which is proof only when it stays so.
 * `changed`: proof that the request was done, on this account. `unclear`: nothing is proven; `candidates` are accounts
 * that the request may have made.
 */
export type Evidence =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly account: Account }
  | { readonly kind: 'unclear'; readonly candidates: readonly Account[] };

/** What an answer in the journal was the answer to. */
export interface AnswerContext {
  readonly operation: 'create' | 'rotate';
  /** The account as far as it was known; its id is null before a create. */
  readonly account: Pick<Account, 'name' | 'clientId'> & { readonly id: string | null };
  readonly profile: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
