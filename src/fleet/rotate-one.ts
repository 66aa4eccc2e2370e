import { issueCredential } from '../delivery/protocol.ts';
import type { Result } from '../delivery/document.ts';
import { CliError, InterruptedError, UnknownOutcomeError, type ExitCode } from '../errors.ts';
import type { Context } from '../context.ts';
import { HttpError } from '../http/error.ts';
import { failedItem, rotatedItem, skippedItem, type Failure, type Item } from './items.ts';
import type { Prepared } from './prepare.ts';
import type { Ready } from './wave.ts';

/** Rotates one account by the delivery protocol, which lets go of its lock. Never rejects. */
export async function rotateOne(ctx: Context, one: Ready): Promise<Item> {
  const flags = one.listed.connected.commandFlags;
  if (one.issuance === null) return failed(one, { error: one.error, flags });
  let result: Result | null = null;
  const issuance = {
    ...one.issuance,
    announce: (told: Result) => {
      result = told;
      return Promise.resolve(null);
    },
  };
  try {
    await issueCredential(ctx, issuance);
  } catch (error) {
    const interruption = interruptionOf(error);
    if (interruption !== null) return left(one, 'interrupted', interruption);
    return failed(one, { error: known(error), result, flags });
  }
  if (result === null) return failed(one, { error: known(null), flags });
  return { kind: 'rotated', item: rotatedItem(result) };
}

/** An interrupt before anything was sent for this account, also while its request waited for its turn. */
function interruptionOf(error: unknown): InterruptedError | null {
  if (error instanceof InterruptedError) return error;
  const isUnsent = error instanceof HttpError && error.arrival === 'not-sent';
  return isUnsent && error.cause instanceof InterruptedError ? error.cause : null;
}

/** What nobody expected says nothing of what was done. */
function known(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new UnknownOutcomeError('an unexpected error, a bug in sactl; it may have been rotated', {
    cause: error,
  });
}

function failed({ account }: Prepared, failure: Failure): Item {
  return { kind: 'failed', item: failedItem(account, failure) };
}

/** An account that is not begun. */
export function left(
  { account }: Prepared,
  reason: 'interrupted' | 'stopped',
  { exitCode, detail = null }: { readonly exitCode: ExitCode; readonly detail?: string | null },
): Item {
  return { kind: 'skipped', item: skippedItem({ account, reason, detail }, exitCode) };
}
