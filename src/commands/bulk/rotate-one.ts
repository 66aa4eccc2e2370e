import { issueCredential } from '../../delivery/protocol.ts';
import type { Result } from '../../delivery/document.ts';
import { CliError, InterruptedError, UnknownOutcomeError, type ExitCode } from '../../errors.ts';
import type { Context } from '../../context.ts';
import { failedItem, rotatedItem, skippedItem, type Item } from './items.ts';
import type { Prepared } from './prepare.ts';
import type { Ready } from './waves.ts';

/** Rotates one account by the delivery protocol, which lets go of its lock. Never rejects. */
export async function rotateOne(ctx: Context, one: Ready): Promise<Item> {
  if (one.issue === null) return failure(one, one.error, null);
  let result: Result | null = null;
  const issue = {
    ...one.issue,
    announce: (told: Result) => {
      result = told;
      return Promise.resolve(null);
    },
  };
  try {
    await issueCredential(ctx, issue);
  } catch (error) {
    if (error instanceof InterruptedError) return left(one, 'interrupted', error);
    return failure(one, known(error), result);
  }
  if (result === null) return failure(one, known(null), null);
  return { kind: 'rotated', item: rotatedItem(result) };
}

/** What nobody expected says nothing of what was done. */
function known(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new UnknownOutcomeError('an unexpected error, a bug in sactl; it may have been rotated', {
    cause: error,
  });
}

function failure({ account }: Prepared, error: CliError, result: Result | null): Item {
  return { kind: 'failed', item: failedItem(account, error, result) };
}

/** An account that is not begun. */
export function left(
  { account }: Prepared,
  reason: 'interrupted' | 'stopped',
  { exitCode, detail = null }: { readonly exitCode: ExitCode; readonly detail?: string | null },
): Item {
  return { kind: 'skipped', item: skippedItem({ account, reason, detail }, exitCode) };
}
