import type { Account } from '../model/account.ts';
import type { Credential } from '../model/credential.ts';
import type { OutputDocument } from '../output/document.ts';
import { accountColumns, credentialDetail } from '../output/account.ts';
import { sheetOf } from '../output/sheet.ts';
import { credentialDocument, issueResult } from './result.ts';

export interface Result {
  readonly account: Account;
  readonly credential: Credential;
  readonly raw: (secret: string | null) => unknown;
}

/** The result of a create or rotate with `value` printed in the credential's place. */
export function issueDocument(result: Result, value: string): OutputDocument {
  const credential = credentialDocument(result.credential, value);
  const { account } = result;
  return {
    value: issueResult(account, credential),
    raw: () => result.raw(value),
    human: (style) => credentialDetail({ account, credential }, style),
    sheet: () =>
      sheetOf([account], [...accountColumns, { name: 'credential', value: () => value }]),
    secretDocument: true,
  };
}
