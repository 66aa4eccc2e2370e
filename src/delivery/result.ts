import type { Account } from '../model/account.ts';
import type { Credential, CredentialDocument } from '../model/credential.ts';

/** What `create` and `rotate` print: the account's keys and these (DESIGN.md 2). */
export interface IssueResult extends Account {
  readonly credential: CredentialDocument | null;
  /** Whether the new credential was seen to work; null when it was not tried. */
  readonly verified: boolean | null;
  /** Whether a second credential had to be issued because the first answer was lost. */
  readonly reissued: boolean;
  readonly deliveredTo: readonly Delivery[];
  readonly recoverId: string | null;
  readonly actionsRequired: readonly Action[];
}

export interface Delivery {
  readonly target: string;
  readonly ok: boolean;
  readonly error: string | null;
}

/** A step only a person can take. */
export interface Action {
  readonly goal: string;
  readonly url: string;
  readonly command: string;
}

/** The credential as it prints, with `value` where the secret goes. */
export function credentialDocument(
  credential: Credential,
  value: string | null,
): CredentialDocument {
  return {
    kind: credential.kind,
    value,
    clientId: credential.clientId,
    expiresAt: credential.expiresAt,
    fingerprint: credential.value.fingerprint(),
  };
}

export function issueResult(account: Account, credential: CredentialDocument | null): IssueResult {
  return {
    ...account,
    credential,
    verified: null,
    reissued: false,
    deliveredTo: [],
    recoverId: null,
    actionsRequired: [],
  };
}
