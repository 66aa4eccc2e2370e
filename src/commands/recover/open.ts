import { openAuditLog, type AuditLog } from '../../state/audit-log.ts';
import type { Context } from '../../context.ts';
import { openJournal, type Journal } from '../../state/journal.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { openStateWork, type StateWork } from '../../session/state-work.ts';

/** One command's work on the journal. */
export interface Recovery extends StateWork {
  readonly journal: Journal;
  readonly audit: AuditLog;
}

/**
 * Checks output flags and configuration, and opens the journal.
 * @throws UsageError with what is wrong with them, and the command's own `problems`
 */
export async function openRecovery(ctx: Context, common: CommonFlags, problems: readonly string[]): Promise<Recovery> {
  const work = await openStateWork(ctx, common, problems);
  const place = { ...ctx, stateDirectory: work.stateDirectory };
  return {
    ...work,
    journal: openJournal({ ...place, keepsSecrets: true }),
    audit: openAuditLog(place),
  };
}
