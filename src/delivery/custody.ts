import { UndeliveredError, UnknownOutcomeError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { shellWord } from '../model/shell-word.ts';
import { naming } from './failures.ts';

/** What has become of a credential that was issued. */
export interface Custody {
  readonly account: Account;
  readonly entryId: string;
  /** Whether it is in the journal. */
  readonly isKept: boolean;
  /** Whether it reached at least one of its targets. */
  readonly isSomewhere: boolean;
  readonly isCI: boolean;
}

/**
 * The credential did not get where it should; `why` reads after the account's name.
 * @returns UndeliveredError where it is kept or in a target, else UnknownOutcomeError: nobody has it
 */
export function undelivered(custody: Custody, why: string, cause?: unknown): CliError {
  const { account, entryId, isKept, isSomewhere } = custody;
  const { provider } = account;
  const what = `${credentialOf(account)} ${why}`;
  const again = issueAnother(account);
  if (isKept) {
    const hint = deliverLater(custody);
    return new UndeliveredError(`${what}; it is kept`, { provider, hint, cause });
  }
  if (isSomewhere) {
    const hint = `copy it from there, or ${again}`;
    return new UndeliveredError(`${what}; it is only where it was delivered`, {
      provider,
      hint,
      cause,
    });
  }
  return new UnknownOutcomeError(`${what}; it is not kept either: nobody has it`, {
    provider,
    hint: `${again}; then: sactl recover discard --id ${entryId}`,
    cause,
  });
}

/** The provider refuses the credential that it has just issued. */
export function dead(custody: Custody, why: string): UndeliveredError {
  const { account, isKept } = custody;
  const again = issueAnother(account);
  return new UndeliveredError(`${credentialOf(account)} does not work: ${why}${isKept ? '; it is kept' : ''}`, {
    provider: account.provider,
    hint: isKept ? `try it again later: ${deliverLater(custody)}; or ${again}` : again,
  });
}

function credentialOf(account: Account): string {
  return `the new credential of ${naming(account)}`;
}

/** The folder of the journal usually goes with the job. */
function deliverLater({ entryId, isCI }: Custody): string {
  const where = isCI ? ' (in this same job, or rotate again)' : '';
  return `sactl recover deliver --id ${entryId}${where}`;
}

function issueAnother({ id }: Account): string {
  return `issue another: sactl serviceaccounts rotate --id ${shellWord(id)}`;
}
