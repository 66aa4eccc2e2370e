import { errorAt } from '../delivery/ending.ts';
import { onTheWay, worstOf } from '../delivery/life.ts';
import { CliError, ExitCode, type ErrorCode, type ErrorDetails } from '../errors.ts';
import { sactl, type CommandLine, type Hint, type HintParts } from '../model/hint.ts';
import type { OutputDocument } from '../output/document.ts';
import { withMessages } from '../session/issuance-end.ts';
import type { CommandOutput } from '../session/output.ts';
import type { BulkResult } from './items.ts';
import { countsOf } from './report.ts';

/**
 * Ends a run whose report was printed, or could not be. Where all went well and only the report is missing, that is exit 6,
 * because exit 1 would say that nothing was changed.
 * @param untold what kept reports from being printed or written
 * @param told the result in words, what was done where all was done, e.g. `the accounts were rotated`, and the command that
 * goes on with what is left
 * @throws CliError with the exit code of the whole run
 */
export function endOfRun(
  result: BulkResult,
  untold: readonly CliError[],
  {
    sentence,
    done,
    goOn = null,
  }: { readonly sentence: string; readonly done: string; readonly goOn?: CommandLine | null },
): ExitCode {
  const error = overallError(result, { sentence, goOn });
  const messages = untold.map(({ message }) => message);
  if (error !== null) throw withMessages(error, messages);
  const [first] = untold;
  if (first === undefined) return ExitCode.done;
  if (result.rotated.length + result.delivered.length === 0) throw withMessages(first, messages.slice(1));
  const message = `${done}, but ${messages.join('; ')}`;
  const rest = { ...onTheWay, request: 'answered', places: 'all', isWhole: false } as const;
  throw errorAt(rest, message, { hint: first.hint, cause: first });
}

/** The error that kept the report from being printed, if any. */
export async function printReport(
  { emit }: Pick<CommandOutput, 'emit'>,
  document: OutputDocument,
): Promise<readonly CliError[]> {
  try {
    await emit(document);
    return [];
  } catch (error) {
    if (error instanceof CliError) return [error];
    throw error;
  }
}

/** What is said on stderr at the end, e.g. `3 rotated, 12 skipped (10 not due, 2 age unknown), 1 failed` */
export function summary({ rotated, delivered, skipped, failed }: BulkResult): string {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const why = Array.from(reasons, ([reason, count]) => `${count} ${reason}`).join(', ');
  return `${countsOf({ rotated, delivered })}, ${skipped.length} skipped${why === '' ? '' : ` (${why})`}, ${failed.length} failed`;
}

/**
 * The exit code of a run by those of its accounts: the worst first. 6 is also for a run in which some were rotated and
 * others were not. Where none was, it is the code that all share, else 1. A step for a person counts only where nothing else
 * is wrong.
 */
export function overallCode(codes: readonly ExitCode[]): ExitCode {
  const seen = new Set(codes);
  const worst = worstOf(seen);
  if (worst !== null) return worst;
  const hasDone = seen.delete(ExitCode.done);
  const hasActions = seen.delete(ExitCode.actionRequired);
  const [only, ...others] = seen;
  if (only === undefined) return hasActions ? ExitCode.actionRequired : ExitCode.done;
  if (hasDone) return ExitCode.partial;
  const interruption = [ExitCode.interrupted, ExitCode.terminated].find((code) => seen.has(code));
  return interruption ?? (others.length === 0 ? only : ExitCode.failed);
}

/** The error of a whole run; null when every account was rotated or rightly skipped. */
function overallError(
  result: BulkResult,
  { sentence, goOn }: { readonly sentence: string; readonly goOn: CommandLine | null },
): CliError | null {
  const { rotated, delivered, skipped, failed } = result;
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const code = overallCode([...rotated, ...delivered, ...failed, ...interrupted].map(({ exitCode }) => exitCode));
  if (code === ExitCode.done) return null;
  return new CliError(words.get(code) ?? 'failed', code, sentence, detailsOf(code, { failed, goOn }));
}

const words: ReadonlyMap<ExitCode, ErrorCode> = new Map([
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.unknownOutcome, 'unknown_outcome'],
  [ExitCode.partial, 'partial'],
  [ExitCode.actionRequired, 'action_required'],
  [ExitCode.interrupted, 'interrupted'],
  [ExitCode.terminated, 'interrupted'],
]);

function detailsOf(
  code: ExitCode,
  { failed, goOn }: Pick<BulkResult, 'failed'> & { readonly goOn: CommandLine | null },
): ErrorDetails {
  const { hint, provider } = detailsOfFailed(code, { failed, again: goOn === null });
  if (goOn === null) return { hint, provider };
  const first = hint === null ? [] : [...partsOf(hint), '; then '];
  return { hint: [...first, 'go on with what is left: ', goOn], provider };
}

function partsOf(hint: Hint): HintParts {
  return typeof hint === 'string' || 'words' in hint ? [hint] : hint;
}

/** @param again whether the same command does what is left */
function detailsOfFailed(
  code: ExitCode,
  { failed, again }: Pick<BulkResult, 'failed'> & { readonly again: boolean },
): Required<Pick<ErrorDetails, 'hint' | 'provider'>> {
  if (code === ExitCode.undelivered) return { hint: sactl`recover list`, provider: null };
  const [worst, ...others] = failed.filter(({ exitCode }) => exitCode === code);
  // A command for one of them would leave the others as they are, or rotate it twice beside the command that goes on.
  if (code === ExitCode.unknownOutcome && (others.length > 0 || !again)) {
    const shown: HintParts = ['"', sactl`recover list`, '" shows what was lost'];
    return { hint: again ? ['run this again; ', ...shown] : shown, provider: null };
  }
  // Its commands mean the account's own connection already.
  const { hint = null, provider = null } = worst?.error ?? failed[0]?.error ?? {};
  return { hint, provider };
}
