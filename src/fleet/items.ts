import {
  blankResult,
  credentialDocument,
  issuanceResult,
  type IssuanceResult,
  type IssuedResult,
} from '../delivery/result.ts';
import { ExitCode, type CliError } from '../errors.ts';
import { barelyKnown, type Account } from '../model/account.ts';
import { errorObject, type ErrorObject } from '../output/error.ts';
import { byName } from '../session/list.ts';
import type { Skipped } from './due.ts';
import type { Unanswered } from './connections.ts';
import type { ConnectionFlags } from '../model/hint.ts';

/** An account whose new credential was delivered. Items never hold a credential's value. */
export interface RotatedItem extends IssuanceResult {
  readonly exitCode: ExitCode;
}

/** An account that was not due, and whose kept credential was delivered. */
export type DeliveredItem = RotatedItem;

/** An account that was not rotated, or whose new credential was not delivered. */
export interface FailedItem extends Omit<IssuanceResult, 'id' | 'name'> {
  /** Null, as is the name, where the provider did not list its accounts. */
  readonly id: string | null;
  readonly name: string | null;
  readonly error: ErrorObject;
  readonly exitCode: ExitCode;
}

export interface SkippedItem extends Account {
  readonly reason: Skipped['reason'];
  readonly detail: string | null;
  /** Not 0 where it was due. */
  readonly exitCode: ExitCode;
}

/** The result of every account of a run (docs/design.md 2). */
export interface BulkResult {
  readonly rotated: readonly RotatedItem[];
  readonly delivered: readonly DeliveredItem[];
  readonly skipped: readonly SkippedItem[];
  readonly failed: readonly FailedItem[];
}

/** Both results as one, in the order of a list of accounts. */
export function merged(one: BulkResult, other: BulkResult): BulkResult {
  return sorted({
    rotated: [...one.rotated, ...other.rotated],
    delivered: [...one.delivered, ...other.delivered],
    skipped: [...one.skipped, ...other.skipped],
    failed: [...one.failed, ...other.failed],
  });
}

/** The result in the order of a list of accounts. */
export function sorted({ rotated, delivered, skipped, failed }: BulkResult): BulkResult {
  return {
    rotated: rotated.toSorted(byName),
    delivered: delivered.toSorted(byName),
    skipped: skipped.toSorted(byName),
    failed: failed.toSorted(byName),
  };
}

/** The result of one account. */
export type Item =
  | { readonly kind: 'rotated'; readonly item: RotatedItem }
  | { readonly kind: 'delivered'; readonly item: DeliveredItem }
  | { readonly kind: 'failed'; readonly item: FailedItem }
  | { readonly kind: 'skipped'; readonly item: SkippedItem };

export function deliveredItem(result: IssuedResult): DeliveredItem {
  return { ...resultOf(result), exitCode: ExitCode.done };
}

export function rotatedItem(result: IssuedResult): RotatedItem {
  return { ...blank, ...resultOf(result) };
}

/** Has all keys in their order, as that of results has. */
const blank: RotatedItem = { ...blankResult, exitCode: ExitCode.done };

/**
 * @param result what is known of the new credential, if there is one
 * @param flags what commands in the error's hint need to mean the account's connection
 */
export function failedItem(
  account: Account,
  error: CliError,
  { result = null, flags = [] }: { readonly result?: IssuedResult | null; readonly flags?: ConnectionFlags } = {},
): FailedItem {
  const known = result === null ? issuanceResult(account, null) : resultOf(result);
  const object = errorObject(error, { connection: flags });
  const actionsRequired = object.actionsRequired ?? known.actionsRequired;
  return { ...known, actionsRequired, error: object, exitCode: error.exitCode };
}

function resultOf({ account, credential, outcome }: IssuedResult): IssuanceResult {
  return issuanceResult(account, credentialDocument(credential, null), outcome);
}

export function skippedItem({ account, reason, detail }: Skipped, exitCode: ExitCode): SkippedItem {
  return { ...account, reason, detail, exitCode };
}

/** An account that is not begun. */
export function leftItem(
  account: Account,
  reason: 'interrupted' | 'stopped',
  { exitCode, detail = null }: { readonly exitCode: ExitCode; readonly detail?: string | null },
): Item {
  return { kind: 'skipped', item: skippedItem({ account, reason, detail }, exitCode) };
}

/** Stands for all accounts of a connection that gave no answer. */
export function unlistedItem({ member, error }: Unanswered): FailedItem {
  const { definition, connection } = member;
  const account = barelyKnown({
    provider: definition.name,
    profile: connection.profile,
    id: '',
    name: '',
    organization: connection.organization.value,
  });
  return { ...failedItem(account, error), id: null, name: null };
}
