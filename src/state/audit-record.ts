import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditFact } from './audit-event.ts';

/**
 * Appends what `say` says of a change. What was done stays done when that fails: one line on stderr says so, also with
 * `--quiet`. Never rejects.
 */
export async function recordFact(
  { stderr }: Pick<Context, 'stderr'>,
  log: AuditLog,
  say: () => AuditFact,
): Promise<void> {
  try {
    await log.append(say());
  } catch (error) {
    // The message of an error that nobody expected may hold anything.
    const why = error instanceof CliError ? error.message : 'an unexpected error, a bug in sactl';
    await stderr.write(`sactl: this is not in the audit log: ${safeText(why)}\n`);
  }
}
