import type { Result } from '../../delivery/document.ts';
import { credentialDocument, issueResult, type IssueResult } from '../../delivery/result.ts';
import { ExitCode, type CliError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { errorObject, type ErrorObject } from '../../output/error.ts';
import type { Skipped } from './candidates.ts';
import type { Unlisted } from './member.ts';

/** An account whose new credential is where it should be. */
export interface RotatedItem extends IssueResult {
  readonly exitCode: ExitCode;
}

/** An account that was not rotated, or whose new credential is not where it should be. */
export interface FailedItem extends Omit<IssueResult, 'id' | 'name'> {
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

/** What came of one account. */
export type Item =
  | { readonly kind: 'rotated'; readonly item: RotatedItem }
  | { readonly kind: 'failed'; readonly item: FailedItem }
  | { readonly kind: 'skipped'; readonly item: SkippedItem };

/** `result` is what is known of the new credential, if there is one; its value is in no item. */
export function rotatedItem(result: Result): RotatedItem {
  return { ...resultOf(result), exitCode: ExitCode.done };
}

export function failedItem(account: Account, error: CliError, result: Result | null): FailedItem {
  const known = result === null ? issueResult(account, null) : resultOf(result);
  return { ...known, error: errorObject(error), exitCode: error.exitCode };
}

function resultOf({ account, credential, outcome }: Result): IssueResult {
  return issueResult(account, credentialDocument(credential, null), outcome);
}

/** `exitCode` says whether it was left although it was due. */
export function skippedItem({ account, reason, detail }: Skipped, exitCode: ExitCode): SkippedItem {
  return { ...account, reason, detail, exitCode };
}

/** All accounts of a connection that could not be asked. */
export function unlistedItem({ member, error }: Unlisted): FailedItem {
  const { definition, connection } = member;
  const account: Account = {
    provider: definition.name,
    profile: connection.profile,
    id: '',
    name: '',
    description: null,
    organization: connection.organization.value,
    status: 'unknown',
    enabled: null,
    clientId: null,
    groups: [],
    tags: {},
    accessRules: null,
    createdAt: null,
    createdBy: null,
    updatedAt: null,
    lastUsedAt: null,
    expiresAt: null,
    tokens: [],
    raw: null,
  };
  return { ...failedItem(account, error, null), id: null, name: null };
}
