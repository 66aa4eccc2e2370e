import { UndeliveredError, UnknownOutcomeError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { sactl, type HintParts } from '../model/hint.ts';
import { naming } from './failures.ts';

/** Where a new credential is. */
export interface Whereabouts {
  readonly account: Account;
  readonly entryId: string;
  /** Whether it is in the journal. */
  readonly isKept: boolean;
  /** Whether it reached a target, or stdout. */
  readonly isSomewhere: boolean;
  readonly inCI: boolean;
}

/**
 * The credential is not where it should be; `why` reads after the account's name.
 * @returns UndeliveredError where it is kept or in a target, else UnknownOutcomeError: nobody has it
 */
export function undelivered(where: Whereabouts, why: string, cause?: unknown): CliError {
  const { account, entryId, isKept, isSomewhere } = where;
  const { provider } = account;
  const what = `${credentialOf(account)} ${why}`;
  const again = issueAnother(account);
  if (isKept) return new UndeliveredError(`${what}; it is kept`, { provider, hint: deliverLater(where), cause });
  if (isSomewhere) {
    const hint = ['copy it from there, or ', ...again];
    return new UndeliveredError(`${what}; it is only where it was delivered`, { provider, hint, cause });
  }
  const hint = [...again, '; then: ', sactl`recover discard --id ${entryId}`];
  return new UnknownOutcomeError(`${what}; it is not kept either: nobody has it`, { provider, hint, cause });
}

/** The provider refuses the credential that it has just issued. */
export function dead(where: Whereabouts, why: string | null): UndeliveredError {
  const { account, isKept } = where;
  const again = issueAnother(account);
  const message = `${credentialOf(account)} does not work: ${why ?? 'it was refused'}${isKept ? '; it is kept' : ''}`;
  const hint = isKept ? ['try it again later: ', ...deliverLater(where), '; or ', ...again] : again;
  return new UndeliveredError(message, { provider: account.provider, hint });
}

function credentialOf(account: Account): string {
  return `the new credential of ${naming(account)}`;
}

/** The folder of the journal usually goes with the job. */
function deliverLater({ entryId, inCI }: Whereabouts): HintParts {
  const deliver = sactl`recover deliver --id ${entryId}`;
  return inCI ? [deliver, ' (in this same job, or rotate again)'] : [deliver];
}

function issueAnother({ id }: Account): HintParts {
  return ['issue another: ', sactl`serviceaccounts rotate --id ${id}`];
}
