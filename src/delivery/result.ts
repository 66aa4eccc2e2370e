import { accountColumns, credentialDetail } from '../output/account.ts';
import type { Field } from '../output/table.ts';
import { sheetOf, type OutputDocument } from '../output/document.ts';
import { barelyKnown, type Account } from '../model/account.ts';
import type { Credential, CredentialDocument } from '../model/credential.ts';
import { fingerprintOf } from '../model/fingerprint.ts';
import type { PrintedAction } from '../model/hint.ts';

/** What `create` and `rotate` print: the account's keys and these (docs/design.md 2). */
export interface IssuanceResult extends Account, IssuanceOutcome {
  readonly credential: CredentialDocument | null;
}

/** What is printed of a credential that was issued. */
export interface IssuanceOutcome {
  /** Whether the new credential works; null when it was not verified, or that showed nothing. */
  readonly verified: boolean | null;
  /** Whether a second credential had to be issued because the first answer was lost. */
  readonly reissued: boolean;
  /** Whether a newer credential was issued before this one was everywhere: then it was not written. */
  readonly superseded: boolean;
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

/** A result without deliveries, e.g. of a dry run. */
export const noOutcome: IssuanceOutcome = {
  verified: null,
  reissued: false,
  superseded: false,
  deliveredTo: [],
  recoverId: null,
  actionsRequired: [],
};

export function issuanceResult(
  account: Account,
  credential: CredentialDocument | null,
  outcome: IssuanceOutcome = noOutcome,
): IssuanceResult {
  const { verified, reissued, superseded, deliveredTo, recoverId, actionsRequired } = outcome;
  return {
    ...blankResult,
    ...account,
    credential,
    verified,
    reissued,
    superseded,
    deliveredTo,
    recoverId,
    actionsRequired,
  };
}

/** Has all keys in their order: each result that is spread over it has one shape (docs/decisions/node-20.md). */
export const blankResult: IssuanceResult = {
  ...barelyKnown({ provider: 'nscale', profile: null, id: '', name: '', organization: null }),
  credential: null,
  ...noOutcome,
};

/** A new credential, to be printed with its account. */
export interface IssuedResult {
  readonly account: Account;
  readonly credential: Credential;
  readonly raw: (secret: string | null) => unknown;
  readonly outcome?: IssuanceOutcome | undefined;
}

/** The result of a create or rotate with `value` in the credential's place; null where it went to targets. */
export function issuanceDocument(result: IssuedResult, value: string | null): OutputDocument {
  const credential = credentialDocument(result.credential, value);
  const { account, outcome } = result;
  return {
    value: issuanceResult(account, credential, outcome),
    raw: () => result.raw(value),
    human: (style) => credentialDetail({ account, credential, facts: outcome ? factsOf(outcome) : [] }, style),
    sheet: () => sheetOf([account], [...accountColumns, { name: 'credential', value: () => value }]),
    secretDocument: true,
  };
}

function factsOf({ verified, deliveredTo }: IssuanceOutcome): readonly Field[] {
  const delivered = deliveredTo.filter(({ ok }) => ok).map(({ target }) => target);
  return [
    ...(delivered.length === 0 ? [] : [{ label: 'Delivered to', value: delivered }]),
    ...(verified === null ? [] : [{ label: 'Verified', value: verified }]),
  ];
}
