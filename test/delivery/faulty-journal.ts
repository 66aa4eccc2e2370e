import { FailedError } from '../../src/errors.ts';
import type { JournalEntry } from '../../src/state/journal-entry.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/state/journal.ts';
import { answerIn, deliveredOf, lifeOf, type Life } from '../../src/delivery/life.ts';
import { answerBytes, type JournalRecord } from '../../src/state/record.ts';
import type { StoredEntry } from '../../src/state/stored-entry.ts';

/** What of an entry cannot be written. */
export type JournalFault = 'begin' | 'sent' | 'keep' | 'delivered' | 'outcome' | 'leave' | 'close';

export const diskFull = 'cannot write the journal entry: no space left on device (ENOSPC)';

/** A real journal whose entries fail in these ways; `log` is told of every answer that was kept. */
export function faultyJournal(
  options: JournalOptions,
  { faults, log }: { faults: ReadonlySet<JournalFault>; log: (step: string) => void },
): Journal {
  function guarded<Arguments extends readonly unknown[], Result>(
    fault: JournalFault,
    work: (...given: Arguments) => Promise<Result>,
  ): (...given: Arguments) => Promise<Result> {
    return (...given) => (faults.has(fault) ? Promise.reject(new FailedError('journal', diskFull)) : work(...given));
  }

  function faulty(entry: JournalEntry): JournalEntry {
    return {
      ...entry,
      sent: guarded('sent', entry.sent),
      keep: guarded('keep', async (answer) => {
        await entry.keep(answer);
        log('keep');
      }),
      delivered: guarded('delivered', entry.delivered),
      outcome: guarded('outcome', entry.outcome),
      leave: faults.has('leave') ? () => closeOnly(entry) : entry.leave,
      close: faults.has('close') ? () => closeOnly(entry) : entry.close,
    };
  }

  const journal = openJournal(options);
  return { ...journal, begin: guarded('begin', async (intent) => faulty(await journal.begin(intent))) };
}

/** Leaves the file where it is, and no handle open. */
async function closeOnly(entry: JournalEntry): Promise<void> {
  await entry.leave();
  throw new FailedError('journal', diskFull);
}

/** What a process that comes later finds. */
export interface Left {
  readonly id: string;
  readonly state: Life['at'];
  /** The answer, after what it answers, e.g. `rotate a1: {…}`; null when there is none, or none with a secret. */
  readonly keeps: string | null;
  readonly delivered: readonly string[];
  /** e.g. `undelivered: was not delivered`. */
  readonly outcome: string | null;
}

export async function entriesLeft(options: JournalOptions): Promise<readonly Left[]> {
  const entries = await openJournal(options).list();
  return entries.map((entry) => {
    const life = lifeOf(entry);
    const records: readonly JournalRecord[] = entry.records;
    const outcome = records.findLast((record) => record.type === 'outcome');
    return {
      id: entry.id,
      state: life.at,
      keeps: contentOf(entry),
      delivered: deliveredOf(life),
      outcome: outcome === undefined ? null : `${outcome.outcome}: ${outcome.message}`,
    };
  });
}

function contentOf(entry: StoredEntry): string | null {
  const answer = answerIn(entry);
  const bytes = answer === null ? null : answerBytes(answer);
  if (answer === null || bytes === null) return null;
  return `${answer.operation ?? '?'} ${answer.accountId ?? '?'}: ${new TextDecoder().decode(bytes)}`;
}
