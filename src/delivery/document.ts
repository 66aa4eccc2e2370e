import { accountColumns, credentialDetail } from '../output/account.ts';
import type { Field } from '../output/table.ts';
import { sheetOf, type OutputDocument } from '../output/document.ts';
import type { Account } from '../model/account.ts';
import type { Credential } from '../model/credential.ts';
import { credentialDocument, issueResult, type IssuanceOutcome } from './result.ts';

export interface Result {
  readonly account: Account;
  readonly credential: Credential;
  readonly raw: (secret: string | null) => unknown;
  readonly outcome?: IssuanceOutcome | undefined;
}

/** The result of a create or rotate with `value` in the credential's place; null where it went to targets. */
export function issueDocument(result: Result, value: string | null): OutputDocument {
  const credential = credentialDocument(result.credential, value);
  const { account, outcome } = result;
  return {
    value: issueResult(account, credential, outcome),
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
