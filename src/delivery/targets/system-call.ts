import { CliError, UsageError } from '../../errors.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { quoted, safeText } from '../../model/text.ts';
import { TargetError } from './target.ts';

/** Failures that may pass: of space, load, a slow disk or a moment. */
const passing: ReadonlySet<string | null> = new Set([
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EEXIST',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'ESTALE',
  'ETIMEDOUT',
  'ETXTBSY',
]);

/** A target that will not do, however often it is tried. */
export function refusal(message: string): TargetError {
  return new TargetError(safeText(message), { isRetryable: false });
}

/**
 * Runs calls of the operating system.
 * @param problem what it means that they fail, e.g. `cannot write in /srv/app`; the system's reason follows
 * @throws TargetError
 */
export async function attempt<Result>(problem: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (code === null || error instanceof TargetError || error instanceof CliError) throw error;
    throw new TargetError(safeText(`${problem}: ${systemReason(error)}`), {
      isRetryable: passing.has(code),
      cause: error,
    });
  }
}

/** `problem` of a target as the user reads it, who gave it as `given`. */
export function problemOf(given: string, problem: string): string {
  return `--to ${quoted(given, 200)}: ${problem}`;
}

/**
 * Runs what a target tries before the provider is touched.
 * @throws UsageError that names the target, for any TargetError
 */
export async function preflighting<Result>(given: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw new UsageError(problemOf(given, error.message), { cause: error });
  }
}
