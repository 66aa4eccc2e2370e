import { CliError, ExitCode, type ErrorDetails } from '../../errors.ts';
import type { BulkResult } from './items.ts';
import { overallCode } from './overall-code.ts';

/** What the whole run ends with; null when every account was rotated or rightly left. */
export function overallError({ rotated, skipped, failed }: BulkResult): CliError | null {
  const interrupted = skipped.filter(({ reason }) => reason === 'interrupted');
  const stopped = skipped.filter(({ reason }) => reason === 'stopped');
  const code = overallCode([...rotated, ...failed, ...interrupted].map(({ exitCode }) => exitCode));
  if (code === ExitCode.done) return null;
  const total = rotated.length + failed.length + interrupted.length + stopped.length;
  const message = [
    `${rotated.length} of ${total} accounts were rotated`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(interrupted.length === 0 ? [] : [`${interrupted.length} were not begun: interrupted`]),
    ...(stopped.length === 0
      ? []
      : [`${stopped.length} were not begun: ${stopped[0]?.detail ?? ''}`]),
  ].join('; ');
  return new CliError(words.get(code) ?? 'failed', code, message, detailsOf(code, failed));
}

const words: ReadonlyMap<ExitCode, string> = new Map([
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.unknownOutcome, 'unknown_outcome'],
  [ExitCode.partial, 'partial'],
  [ExitCode.actionRequired, 'action_required'],
  [ExitCode.interrupted, 'interrupted'],
  [ExitCode.terminated, 'interrupted'],
]);

function detailsOf(code: ExitCode, failed: BulkResult['failed']): ErrorDetails {
  if (code === ExitCode.undelivered) return { hint: 'sactl recover list' };
  const worst = failed.find(({ exitCode }) => exitCode === code);
  const { hint = null, provider = null } = worst?.error ?? failed[0]?.error ?? {};
  return { hint, provider };
}
