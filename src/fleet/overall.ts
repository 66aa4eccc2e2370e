import { sactl } from '../model/hint.ts';
import { CliError, ExitCode, type ErrorCode, type ErrorDetails } from '../errors.ts';
import type { BulkResult, FailedItem } from './items.ts';

/**
 * The exit code of a whole run by those of its accounts: 8 before 7 before 6 (DESIGN.md 3), the last where some were
 * rotated and others were not. Where none was, the code that all the others share, else 1. Steps that are left to a person
 * count only where nothing else is amiss.
 */
export function overallCode(codes: readonly ExitCode[]): ExitCode {
  const seen = new Set(codes);
  for (const worst of [ExitCode.undelivered, ExitCode.unknownOutcome, ExitCode.partial]) {
    if (seen.has(worst)) return worst;
  }
  const hasDone = seen.delete(ExitCode.done);
  const hasActions = seen.delete(ExitCode.actionRequired);
  const [only, ...others] = seen;
  if (only === undefined) return hasActions ? ExitCode.actionRequired : ExitCode.done;
  if (hasDone) return ExitCode.partial;
  const interruption = [ExitCode.interrupted, ExitCode.terminated].find((code) => seen.has(code));
  return interruption ?? (others.length === 0 ? only : ExitCode.failed);
}

/** What the whole run ends with; null when every account was rotated or rightly left. */
export function overallError(result: BulkResult): CliError | null {
  const { rotated, skipped, failed } = result;
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const code = overallCode([...rotated, ...failed, ...interrupted].map(({ exitCode }) => exitCode));
  if (code === ExitCode.done) return null;
  return new CliError(words.get(code) ?? 'failed', code, sentence(result), detailsOf(code, failed));
}

/** e.g. `3 of 9 accounts were rotated; 1 failed; 5 were not begun: interrupted; runai showed none` */
function sentence({ rotated, skipped, failed }: BulkResult): string {
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const stopped = skipped.filter(({ reason }) => reason === 'stopped');
  const accounts = failed.filter(isAccount);
  const silent = failed.filter((item) => !isAccount(item));
  const total = rotated.length + accounts.length + interrupted.length + stopped.length;
  const why = new Set(stopped.map(({ detail }) => detail ?? ''));
  return [
    `${rotated.length} of ${total} accounts were rotated`,
    ...(accounts.length === 0 ? [] : [`${accounts.length} failed`]),
    ...(interrupted.length === 0 ? [] : [`${notBegun(interrupted)}: interrupted`]),
    ...(stopped.length === 0 ? [] : [`${notBegun(stopped)}: ${[...why].join('; ')}`]),
    ...silent.map(({ provider, error }) => `no accounts of ${provider}: ${error.message}`),
  ].join('; ');
}

function notBegun({ length }: readonly unknown[]): string {
  return `${length} ${length === 1 ? 'was' : 'were'} not begun`;
}

/** Whether it is not a connection that showed no accounts. */
function isAccount({ id }: FailedItem): boolean {
  return id !== null;
}

const words: ReadonlyMap<ExitCode, ErrorCode> = new Map([
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.unknownOutcome, 'unknown_outcome'],
  [ExitCode.partial, 'partial'],
  [ExitCode.actionRequired, 'action_required'],
  [ExitCode.interrupted, 'interrupted'],
  [ExitCode.terminated, 'interrupted'],
]);

function detailsOf(code: ExitCode, failed: BulkResult['failed']): ErrorDetails {
  if (code === ExitCode.undelivered) return { hint: sactl`recover list` };
  const [worst, ...others] = failed.filter(({ exitCode }) => exitCode === code);
  // The command that one of them is to be rotated with leaves the others as they are.
  if (code === ExitCode.unknownOutcome && others.length > 0) {
    return { hint: ['run this again; "', sactl`recover list`, '" shows what was lost'] };
  }
  // Its commands mean the account's own connection already.
  const { hint = null, provider = null } = worst?.error ?? failed[0]?.error ?? {};
  return { hint, provider };
}
