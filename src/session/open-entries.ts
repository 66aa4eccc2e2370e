import { answerIn } from '../delivery/life.ts';
import { isOpen, type StoredEntry } from '../state/stored-entry.ts';

/** How many entries of the journal are open, by what is known of them. */
export interface OpenEntries {
  /** A credential was issued. */
  readonly undelivered: number;
  /** No answer is known, or the entry cannot be read. */
  readonly unknown: number;
}

export function openEntriesOf(entries: readonly StoredEntry[]): OpenEntries {
  const open = entries.filter(isOpen);
  const undelivered = open.filter((entry) => answerIn(entry) !== null).length;
  return { undelivered, unknown: open.length - undelivered };
}

/** e.g. `2 new credentials have not been delivered, and the outcome of a request is unknown`; null where none is open. */
export function openEntriesText({ undelivered, unknown }: OpenEntries): string | null {
  const parts = [
    ...(undelivered === 0
      ? []
      : [`${undelivered === 1 ? 'a new credential has' : `${undelivered} new credentials have`} not been delivered`]),
    ...(unknown === 0
      ? []
      : [unknown === 1 ? 'the outcome of a request is unknown' : `the outcomes of ${unknown} requests are unknown`]),
  ];
  return parts.length === 0 ? null : parts.join(', and ');
}
