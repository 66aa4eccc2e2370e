import type { Account } from '../model/account.ts';
import { fingerprintOf, type Credential, type CredentialDocument } from '../model/credential.ts';
import type { PrintedAction } from '../model/hint.ts';

/** What `create` and `rotate` print: the account's keys and these (DESIGN.md 2). */
export interface IssuanceResult extends Account, IssuanceOutcome {
  readonly credential: CredentialDocument | null;
}

/** What became of a credential that was issued. */
export interface IssuanceOutcome {
  /** Whether the new credential was seen to work; null when it was not tried, or the trial said nothing. */
  readonly verified: boolean | null;
  /** Whether a second credential had to be issued because the first answer was lost. */
  readonly reissued: boolean;
  readonly deliveredTo: readonly Delivery[];
  /** The journal's entry that still holds it, for `sactl recover`. */
  readonly recoverId: string | null;
  /** What is left to a person. */
  readonly actionsRequired: readonly PrintedAction[];
}

export interface Delivery {
  readonly target: string;
  readonly ok: boolean;
  readonly error: string | null;
}

/** The credential as it prints, with `value` where the secret goes. */
export function credentialDocument(credential: Credential, value: string | null): CredentialDocument {
  return {
    kind: credential.kind,
    value,
    clientId: credential.clientId,
    expiresAt: credential.expiresAt,
    fingerprint: fingerprintOf(credential.value),
  };
}

const nothing: IssuanceOutcome = {
  verified: null,
  reissued: false,
  deliveredTo: [],
  recoverId: null,
  actionsRequired: [],
};

export function issueResult(
  account: Account,
  credential: CredentialDocument | null,
  outcome: IssuanceOutcome = nothing,
): IssuanceResult {
  const { verified, reissued, deliveredTo, recoverId, actionsRequired } = outcome;
  return { ...account, credential, verified, reissued, deliveredTo, recoverId, actionsRequired };
}
