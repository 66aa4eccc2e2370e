import { isCI, type Context } from '../context.ts';
import { PartialError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Trial } from '../providers/provider.ts';
import { dead, undelivered, type Custody } from './custody.ts';
import { naming } from './failures.ts';
import type { Issue } from './issue.ts';
import type { Delivery } from './result.ts';
import type { StdoutFailure } from './stdout.ts';

/** As much of a run as its failures name. */
interface FailedRun {
  readonly entry: { readonly id: string };
  readonly safe: { readonly isKept: boolean };
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
  { works, why }: Trial,
): readonly CliError[] {
  return works === false ? [dead(custodyOf(ctx, run, place), why ?? 'it was refused')] : [];
}

function custodyOf({ env }: Context, { entry, safe }: FailedRun, place: Whereabouts): Custody {
  return { ...place, entryId: entry.id, isKept: safe.isKept, isCI: isCI(env) };
}

/** How what the targets said reads after the credential's name. */
export function whyOf(refused: readonly Delivery[]): string {
  const list = refused.map(({ target, error }) => `${target}: ${error ?? 'failed'}`);
  return `was not delivered to ${list.join('; nor to ')}`;
}

/** The credential is where it should be, and only what was to be told of it is missing. */
export function unprinted(operation: Issue['operation'], account: Account, { why, cause }: StdoutFailure): CliError {
  const done = operation === 'create' ? 'created' : 'rotated';
  return new PartialError(`${naming(account)} was ${done}, but the result was not printed: ${why}`, {
    provider: account.provider,
    cause,
  });
}
