import { lifeOf, next, type Life } from '../../src/delivery/life.ts';
import { fieldsOf, parseFields } from '../../src/model/account.ts';
import { decodeRecords, type JournalRecord } from '../../src/state/record.ts';
import type { Run } from './history.ts';

/** What the store of a simulation saw. */
export interface StoreHistory {
  readonly leaseMs: number;
  readonly holds: readonly HoldChange[];
  /** What is wrong with the entries that were written, each in a sentence. */
  readonly wrongMoves: readonly string[];
  /** Who wrote a secret into it. */
  readonly leaks: readonly string[];
}

/** A write of an account's record by which another one holds it, or nobody. */
export interface HoldChange {
  readonly at: number;
  readonly by: Run;
  readonly before: Held;
  readonly after: Held;
  /** Milliseconds since the record was written last; null where there was none. */
  readonly age: number | null;
}

/** What an account's record says. */
export interface Held {
  readonly generation: number;
  /** The number of the run that holds it; null is nobody. */
  readonly run: number | null;
}

const unheld: Held = { generation: 0, run: null };

/** Who holds an account by its record. Tokens are ids that a run made, and begin with its number. */
export function heldIn(bytes: Uint8Array | undefined): Held {
  const fields = bytes === undefined ? null : parseFields(Buffer.from(bytes).toString());
  if (fields === null) return unheld;
  const token = fieldsOf(fields['hold'])['token'];
  const generation = Number(fields['generation']);
  return { generation, run: typeof token === 'string' ? Number(token.split('-')[0]) : null };
}

/** The steps that a credential may take, as one entry shows them. */
const steps: ReadonlySet<string> = new Set([
  'idle held',
  'held held',
  'held asked',
  'asked asked',
  'asked kept',
  'kept kept',
]);

/** What is wrong with an entry that is written over an earlier one; null where nothing is. */
export function wrongMove(before: Uint8Array | undefined, after: Uint8Array): string | null {
  const earlier = decodeRecords(before ?? new Uint8Array()).records;
  const { records } = decodeRecords(after);
  if (textOf(records.slice(0, earlier.length)) !== textOf(earlier)) return 'loses what it held';
  let life: Life = lifeOf({ records: earlier });
  for (const record of records.slice(earlier.length)) {
    const then = next(life, record);
    if (!steps.has(`${life.at} ${then.at}`)) return `goes from ${life.at} to ${then.at}`;
    life = then;
  }
  return null;
}

function textOf(records: readonly JournalRecord[]): string {
  return JSON.stringify(records);
}

/** Whether bytes hold a text as it is, or in base64 wherever it begins. */
export function holdsText(bytes: Uint8Array, text: string): boolean {
  const held = Buffer.from(bytes).toString('latin1');
  const forms = [0, 1, 2].map((shift) =>
    Buffer.from(`${'.'.repeat(shift)}${text}`)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [text, ...forms].some((form) => held.includes(form));
}
