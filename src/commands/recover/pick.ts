import type { Context } from '../../context.ts';
import { recoverCommand } from '../../delivery/recover.ts';
import { ConflictError, NotFoundError, UsageError } from '../../errors.ts';
import { nameOfHolder } from '../../files/holder.ts';
import { underWayHint, type ReadableEntry, type StoredEntry } from '../../state/stored-entry.ts';
import { safeText } from '../../model/text.ts';
import { localTime } from '../../output/time.ts';
import { missingProblem } from '../../session/confirm.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { entryDocument, type EntryDocument } from './entry.ts';
import { openState, statePlaceOf } from '../../session/state.ts';
import { openStateWork, type StateWork } from '../../session/state-work.ts';
import type { StoredHost } from '../../session/stored-delivery.ts';

/** Problems of `--id`: without it a person has to choose from a list, on a terminal. */
export function entryIdProblems(ctx: Context, common: CommonFlags, id: string | undefined): readonly string[] {
  const problem = '--id is missing: give the id of an entry, or its first characters (sactl recover list)';
  return missingProblem(ctx, common, id, problem);
}

/**
 * The entry that `--id` names; without one, the entry the user chooses from the list.
 * @throws NotFoundError; ConflictError (`ambiguous`)
 */
export async function pickEntry({ ctx, journal }: Recovery, id: string | undefined): Promise<StoredEntry> {
  if (id !== undefined) return journal.find(id.trim());
  const entries = await journal.list();
  if (entries.length === 0) throw new NotFoundError('the journal has no entry to choose from');
  const documents = await Promise.all(entries.map((entry) => entryDocument(ctx, entry)));
  const choices = documents.map((document) => ({ value: document.id, label: labelOf(ctx, document) }));
  return journal.find(await ctx.prompt.select({ message: 'Which entry?', choices }));
}

/** e.g. `kept: rotate ci-deploy, 2026-11-30 08:00 (4f1c09d2)`, which fits on a line. */
function labelOf({ timeZone }: Context, { id, state, operation, accountName, startedAt }: EntryDocument): string {
  const short = id.slice(0, 8);
  if (operation === null) return `${state} (${short})`;
  const time = Date.parse(startedAt ?? '');
  const when = Number.isNaN(time) ? '' : `, ${localTime(time, timeZone)}`;
  return `${state}: ${operation} ${safeText(accountName ?? '')}${when} (${short})`;
}

/**
 * An entry that this version can read and no other run is working on.
 * @throws ConflictError while another run works on it; UsageError when this version cannot read it
 */
export function requireUsable(entry: StoredEntry): ReadableEntry {
  refuseUnderWay(entry);
  if (entry.isNewer) throw new UsageError(`entry ${entry.id} was written by a newer sactl; use that one`);
  return requireReadable(entry);
}

/** @throws UsageError when it cannot be read */
export function requireReadable(entry: StoredEntry): ReadableEntry {
  if (entry.intent !== null) return entry;
  throw new UsageError(`entry ${entry.id} cannot be read: ${entry.problem}`, {
    hint: [`look at ${entry.path}; to remove it: `, recoverCommand('discard', entry)],
  });
}

/** @throws ConflictError while another run works on it */
export function refuseUnderWay({ id, intent, isUnderWay }: StoredEntry): void {
  if (!isUnderWay || intent === null) return;
  throw new ConflictError('locked', `entry ${id} is under way in ${nameOfHolder(intent.process)}`, {
    hint: underWayHint,
    retryable: true,
  });
}

/** One command's work on the journal. */
export interface Recovery extends StateWork, StoredHost {}

/**
 * Checks output flags and configuration, and opens the journal.
 * @throws UsageError with what is wrong with them, and the command's own `problems`
 */
export async function openRecovery(ctx: Context, common: CommonFlags, problems: readonly string[]): Promise<Recovery> {
  const work = await openStateWork(ctx, common, problems);
  const { configuration } = work;
  const place = statePlaceOf(configuration, configuration.profile.value);
  const { journal, audit, locks, document } = await openState(ctx, common, place);
  return { ...work, journal: journal({ keepsSecrets: true }), audit, locks, document };
}
