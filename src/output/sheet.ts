import { cellText, type Column } from './columns.ts';

/** Exact text in rows, for csv. */
export interface Sheet {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The named columns of `rows`. */
export function sheetOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Sheet {
  return {
    header: columns.map(({ name }) => name),
    rows: rows.map((row) => columns.map(({ value }) => cellText(value(row)))),
  };
}

/**
 * A sheet of JSON data that brings no columns: one row per item, a column for every key that holds a string, number or boolean
 * somewhere, in the order of appearance. Items that are no objects come under `value`.
 */
export function sheetOfValue(value: unknown): Sheet {
  const items = (Array.isArray(value) ? value : [value]).map(scalarsOf);
  const header = [...new Set(items.flatMap((item) => [...item.keys()]))];
  return { header, rows: items.map((item) => header.map((key) => item.get(key) ?? '')) };
}

function scalarsOf(item: unknown): Map<string, string> {
  const entries = typeof item === 'object' && item !== null ? Object.entries(item) : [['value', item]];
  const scalars = new Map<string, string>();
  for (const [key, value] of entries) {
    if (typeof value === 'object' || value === undefined) continue;
    scalars.set(String(key), String(value));
  }
  return scalars;
}
