import { ExactNumber } from '../model/exact-number.ts';
import { cellText, type Column } from './columns.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

/** The result of a command, in every form in which it can be printed. */
export interface OutputDocument {
  /** What `--json` prints and `-q` runs on: JSON data. */
  readonly value: unknown;
  /** What `--raw` prints instead; absent where a command has no answer of a provider. */
  readonly raw?: () => unknown;
  /** Text for people, every line ended: built by `table` or `detail`, which make foreign text safe. */
  readonly human: (style: Style) => string | Promise<string>;
  /** What csv prints; absent, csv takes the scalar keys of the value. */
  readonly sheet?: () => Sheet;
  /** True for what was only read and may be long: people get it in their pager. Never where it may hold a credential. */
  readonly isPaged?: true;
  /** True when the value or raw answer may hold a credential: jq's messages, which quote it, are then left out. */
  readonly secretDocument?: boolean;
}

/** The document of a list: JSON array, table and csv of the same rows. `columns` come from `selectColumns`. */
export function listDocument<Row>(options: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly raw?: () => unknown;
  /** The columns of its table, where that shows more than they say. */
  readonly shown?: (style: Style) => Promise<readonly Column<Row>[]>;
}): OutputDocument {
  const { rows, columns, raw, shown } = options;
  return {
    value: rows,
    isPaged: true,
    human: async (style) => table({ rows, columns: (await shown?.(style)) ?? columns, style }),
    sheet: () =>
      sheetOf(
        rows,
        columns.filter(({ roomy }) => roomy !== true),
      ),
    ...(raw === undefined ? {} : { raw }),
  };
}

/** Exact text in rows, for csv. */
export interface Sheet {
  readonly header: readonly string[];
  readonly rows: Iterable<readonly string[]>;
}

/** The named columns of `rows`. */
export function sheetOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Sheet {
  return { header: columns.map(({ name }) => name), rows: cellsOf(rows, columns) };
}

/** Made one after the other, because csv prints them so. */
function* cellsOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Generator<readonly string[]> {
  for (const row of rows) yield columns.map(({ exact, value }) => cellText((exact ?? value)(row)));
}

/**
 * A sheet of JSON data without columns of its own: one row per item, and a column for every key with a string, number or
 * boolean in some item, in order of appearance. Items that are not objects come under `value`.
 */
export function sheetOfValue(value: unknown): Sheet {
  const items = (Array.isArray(value) ? value : [value]).map(scalarsOf);
  const header = [...new Set(items.flatMap((item) => [...item.keys()]))];
  return { header, rows: items.map((item) => header.map((key) => item.get(key) ?? '')) };
}

function scalarsOf(item: unknown): Map<string, string> {
  const isFields = typeof item === 'object' && item !== null && !isScalar(item);
  const entries: readonly (readonly [string, unknown])[] = isFields ? Object.entries(item) : [['value', item]];
  const scalars = new Map<string, string>();
  for (const [key, value] of entries) {
    if (isScalar(value)) scalars.set(key, String(value));
  }
  return scalars;
}

function isScalar(value: unknown): value is string | number | boolean | ExactNumber {
  return ['string', 'number', 'boolean'].includes(typeof value) || value instanceof ExactNumber;
}
