import { openAuditLog } from '../../state/audit-log.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { openJournal } from '../../state/journal.ts';
import { isOpen } from '../../state/stored-entry.ts';
import { failure, ok, warning, type Result } from './diagnosis.ts';

type Place = Context & { readonly stateDirectory: string };

/** The journal and the audit log. */
export async function examineState(place: Place, { isSandbox }: { isSandbox: boolean }): Promise<readonly Result[]> {
  return [
    await orFailure('journal', () => examineJournal(place, isSandbox ? ' --sandbox' : '')),
    await orFailure('audit', () => examineAudit(place)),
  ];
}

async function examineJournal(place: Place, flags: string): Promise<Result> {
  const entries = await openJournal({ ...place, keepsSecrets: false }).list();
  const open = entries.filter(isOpen).length;
  if (open === 0) return ok('journal', 'every create and rotate has come to its end');
  const what = open === 1 ? 'a create or rotate has' : `${open} creates or rotates have`;
  return warning('journal', `${what} not come to an end`, `sactl recover list${flags}`);
}

async function examineAudit(place: Place): Promise<Result> {
  await openAuditLog(place).preflight();
  return ok('audit', 'changes can be written into the audit log');
}

/** What keeps journal or log from being used keeps every create and rotate from being sent. */
async function orFailure(check: string, look: () => Promise<Result>): Promise<Result> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failure(check, error.message, error.hint);
  }
}
