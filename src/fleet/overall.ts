import { ExitCode } from '../errors.ts';

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
