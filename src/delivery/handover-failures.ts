import type { Context } from '../context.ts';
import { isCI } from '../model/run-environment.ts';
import { PartialError, UndeliveredError, UnknownOutcomeError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Verification } from '../providers/provider.ts';
import { naming } from './failures.ts';
import type { Issuance } from './issuance.ts';
import type { Delivery } from './result.ts';
import type { StdoutFailure } from './stdout.ts';
import { sactl, type HintParts } from '../model/hint.ts';

/** As much of a run as its failures name. */
interface FailedRun {
  readonly entry: { readonly id: string };
  readonly keeper: { readonly isKept: boolean };
}

/** What is known of where a credential is. */
export interface Whereabouts {
  readonly account: Account;
  /** Whether it reached a target, or stdout. */
  readonly isSomewhere: boolean;
}

/** It is not where it should be. */
export function lost(ctx: Context, run: FailedRun, place: Whereabouts, why: string, cause?: unknown): CliError {
  return undelivered(custodyOf(ctx, run, place), why, cause);
}

/** A failure where the trial showed that it does not work. */
export function deadCredential(
  ctx: Context,
  run: FailedRun,
  place: Whereabouts,
  { works, why }: Verification,
): readonly CliError[] {
  return works === false ? [dead(custodyOf(ctx, run, place), why ?? 'it was refused')] : [];
}

function custodyOf({ env }: Context, { entry, keeper }: FailedRun, place: Whereabouts): Custody {
  return { ...place, entryId: entry.id, isKept: keeper.isKept, inCI: isCI(env) };
}

/** How what the targets said reads after the credential's name. */
export function whyOf(refused: readonly Delivery[]): string {
  const list = refused.map(({ target, error }) => `${target}: ${error ?? 'failed'}`);
  return `was not delivered to ${list.join('; nor to ')}`;
}

/** The credential is where it should be, and only what was to be told of it is missing. */
export function unprinted(operation: Issuance['operation'], account: Account, { why, cause }: StdoutFailure): CliError {
  const done = operation === 'create' ? 'created' : 'rotated';
  return new PartialError(`${naming(account)} was ${done}, but the result was not printed: ${why}`, {
    provider: account.provider,
    cause,
  });
}

/** What has become of a credential that was issued. */
export interface Custody {
  readonly account: Account;
  readonly entryId: string;
  /** Whether it is in the journal. */
  readonly isKept: boolean;
  /** Whether it reached at least one of its targets. */
  readonly isSomewhere: boolean;
  readonly inCI: boolean;
}

/**
 * The credential did not get where it should; `why` reads after the account's name.
 * @returns UndeliveredError where it is kept or in a target, else UnknownOutcomeError: nobody has it
 */
function undelivered(custody: Custody, why: string, cause?: unknown): CliError {
  const { account, entryId, isKept, isSomewhere } = custody;
  const { provider } = account;
  const what = `${credentialOf(account)} ${why}`;
  const again = issueAnother(account);
  if (isKept) {
    const hint = deliverLater(custody);
    return new UndeliveredError(`${what}; it is kept`, { provider, hint, cause });
  }
  if (isSomewhere) {
    const hint = ['copy it from there, or ', ...again];
    return new UndeliveredError(`${what}; it is only where it was delivered`, { provider, hint, cause });
  }
  return new UnknownOutcomeError(`${what}; it is not kept either: nobody has it`, {
    provider,
    hint: [...again, '; then: ', sactl`recover discard --id ${entryId}`],
    cause,
  });
}

/** The provider refuses the credential that it has just issued. */
function dead(custody: Custody, why: string): UndeliveredError {
  const { account, isKept } = custody;
  const again = issueAnother(account);
  return new UndeliveredError(`${credentialOf(account)} does not work: ${why}${isKept ? '; it is kept' : ''}`, {
    provider: account.provider,
    hint: isKept ? ['try it again later: ', ...deliverLater(custody), '; or ', ...again] : again,
  });
}

function credentialOf(account: Account): string {
  return `the new credential of ${naming(account)}`;
}

/** The folder of the journal usually goes with the job. */
function deliverLater({ entryId, inCI }: Custody): HintParts {
  const deliver = sactl`recover deliver --id ${entryId}`;
  return inCI ? [deliver, ' (in this same job, or rotate again)'] : [deliver];
}

function issueAnother({ id }: Account): HintParts {
  return ['issue another: ', sactl`serviceaccounts rotate --id ${id}`];
}
