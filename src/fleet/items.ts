import type { Result } from '../delivery/document.ts';
import { credentialDocument, issueResult, type IssuanceResult } from '../delivery/result.ts';
import { ExitCode, type CliError } from '../errors.ts';
import { barelyKnown, type Account } from '../model/account.ts';
import { compareText } from '../model/text.ts';
import { errorObject, type ErrorObject } from '../output/error.ts';
import type { Skipped } from './candidates.ts';
import type { Unanswered } from './connections.ts';
import type { ConnectionFlags } from '../model/hint.ts';

/** An account whose new credential is where it should be. */
export interface RotatedItem extends IssuanceResult {
  readonly exitCode: ExitCode;
}

/** An account that was not rotated, or whose new credential is not where it should be. */
export interface FailedItem extends Omit<IssuanceResult, 'id' | 'name'> {
  /** Null where a provider did not even show its accounts, as is the name. */
  readonly id: string | null;
  readonly name: string | null;
  readonly error: ErrorObject;
  readonly exitCode: ExitCode;
}

export interface SkippedItem extends Account {
  readonly reason: Skipped['reason'];
  readonly detail: string | null;
  readonly exitCode: ExitCode;
}

/** What came of every account of a run (DESIGN.md 2). */
export interface BulkResult {
  readonly rotated: readonly RotatedItem[];
  readonly skipped: readonly SkippedItem[];
  readonly failed: readonly FailedItem[];
}

/** Both results as one, in the order of a list of accounts. */
export function merged(one: BulkResult, other: BulkResult): BulkResult {
  return {
    rotated: [...one.rotated, ...other.rotated].toSorted(byName),
    skipped: [...one.skipped, ...other.skipped].toSorted(byName),
    failed: [...one.failed, ...other.failed].toSorted(byName),
  };
}

type Named = Pick<FailedItem, 'name' | 'id'>;

function byName(a: Named, b: Named): number {
  return compareText(a.name ?? '', b.name ?? '') || compareText(a.id ?? '', b.id ?? '');
}

/** What came of one account. */
export type Item =
  | { readonly kind: 'rotated'; readonly item: RotatedItem }
  | { readonly kind: 'failed'; readonly item: FailedItem }
  | { readonly kind: 'skipped'; readonly item: SkippedItem };

/** Why an account is not as it should be. */
export interface Failure {
  readonly error: CliError;
  /** What is known of the new credential, if there is one. */
  readonly result?: Result | null;
  /** With which a command in the error's hint means the same connection. */
  readonly flags?: ConnectionFlags;
}

/** The credential's value is in no item. */
export function rotatedItem(result: Result): RotatedItem {
  return { ...resultOf(result), exitCode: ExitCode.done };
}

export function failedItem(account: Account, failure: Failure): FailedItem {
  const { error, result = null, flags = [] } = failure;
  const known = result === null ? issueResult(account, null) : resultOf(result);
  const object = errorObject(error, { connection: flags });
  const actionsRequired = object.actionsRequired ?? known.actionsRequired;
  return { ...known, actionsRequired, error: object, exitCode: error.exitCode };
}

function resultOf({ account, credential, outcome }: Result): IssuanceResult {
  return issueResult(account, credentialDocument(credential, null), outcome);
}

/** `exitCode` says whether it was left although it was due. */
export function skippedItem({ account, reason, detail }: Skipped, exitCode: ExitCode): SkippedItem {
  return { ...account, reason, detail, exitCode };
}

/** All accounts of a connection that could not be asked. */
export function unlistedItem({ member, error }: Unanswered): FailedItem {
  const { definition, connection } = member;
  const account = barelyKnown({
    provider: definition.name,
    profile: connection.profile,
    id: '',
    name: '',
    organization: connection.organization.value,
  });
  return { ...failedItem(account, { error }), id: null, name: null };
}
