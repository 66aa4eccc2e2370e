import type { RequiredAction } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Secret } from '../model/credential.ts';

/** A step that only a person can take in the provider's console, and the command that goes on from there. */
export type { RequiredAction as Action } from '../errors.ts';

/** What a new credential is wanted for, where a person has to fetch it. */
export interface IntakeRequest {
  readonly operation: 'create' | 'rotate';
  /** The account; null when it is still to be made. */
  readonly account: Account | null;
  readonly name: string;
  /** What the new token is to be called, where the user said so. */
  readonly token: string | null;
}

/** How a person fetches a new credential, and how what he brings is read. */
export interface Intake {
  readonly action: Omit<RequiredAction, 'command'>;
  /** Something like what is brought, for trying everything else before a person goes to fetch it. */
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
