import { UsageError } from '../errors.ts';
import { misspelt } from '../model/similar.ts';
import { quoted, safeText } from '../model/text.ts';
import type { Tone } from './style.ts';

/** The exact value of a cell, as csv prints it and `--sort` compares it. A list is joined by `, `. */
export type Cell = string | number | boolean | readonly string[] | null;

/** One column of rows of type `Row`. */
export interface Column<Row> {
  /** Its name in `--columns`, `--sort` and the csv header: the JSON key, e.g. `expiresAt`. */
  readonly name: string;
  /** Its heading in a table. Default: the name in capitals, e.g. `EXPIRES AT`. */
  readonly header?: string;
  readonly value: (row: Row) => Cell;
  /** What csv has instead, where `value` is for sorting. */
  readonly exact?: (row: Row) => Cell;
  /** What a table shows instead, where the exact value is hard to read. */
  readonly text?: (row: Row) => string;
  /** True for ISO 8601 times, which a terminal shows as `in 3 days`. */
  readonly isTime?: boolean;
  readonly tone?: (row: Row, now: number) => Tone | null;
  /** Higher numbers are cut first on a narrow terminal; a column without one, e.g. a name or an id, is never cut. */
  readonly shrink?: number;
  /** Left out where the terminal has no room for it, unless `--columns` names it; higher numbers go first. */
  readonly spare?: number;
  /** What tells rows apart to people: where two rows have the same, a spare column stays all the same. */
  readonly tells?: (row: Row) => string;
  /** Shown only on a terminal that has the room, with `--wide`, or where `--columns` names it. */
  readonly roomy?: boolean;
  /** Left out where no row has a value, unless `--columns` names it. */
  readonly hideEmpty?: boolean;
  /** Shown only when `--columns` names it. */
  readonly optional?: boolean;
}

/** Which columns the user wants; `source` is where that was set, e.g. `--columns`. */
export interface ColumnChoice {
  readonly names: readonly string[];
  readonly source: string;
}

/** Every column, whole, but those that are empty: what `--wide` shows. */
export function allColumns<Row>(columns: readonly Column<Row>[]): Column<Row>[] {
  return columns.map(uncut);
}

function uncut<Row>(column: Column<Row>): Column<Row> {
  const { shrink: _, ...whole } = wanted(column);
  return { ...whole, hideEmpty: true };
}

/** Never left out. */
function wanted<Row>(column: Column<Row>): Column<Row> {
  const { spare: _, ...others } = column;
  return { ...others, roomy: false, hideEmpty: false };
}

/** The columns of a choice in its order, or all that are not optional. @throws UsageError naming one that is near, or all there are */
export function selectColumns<Row>(columns: readonly Column<Row>[], choice: ColumnChoice | null): Column<Row>[] {
  if (choice === null) return columns.filter(({ optional }) => optional !== true);
  const { names, source } = choice;
  const found = names.map((name) => findColumn(name, columns, source));
  const problems = found.filter((each) => typeof each === 'string');
  if (names.length === 0) problems.push(`${source} names no column; ${list(columns)}`);
  if (problems.length > 0) throw new UsageError(problems);
  return found.filter((each) => typeof each !== 'string').map(wanted);
}

/** Its heading in a table. */
export function headingOf<Row>({ header, name }: Column<Row>): string {
  return header ?? name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}

/** The column of a name in `--columns`, `--sort` or a file: its own or its heading, in any case. Else what is wrong, after `source`. */
function findColumn<Row>(text: string, columns: readonly Column<Row>[], source: string): Column<Row> | string {
  // A heading of one may be the name of another, which counts more.
  const byWord = new Map([
    ...columns.map((column) => [plain(headingOf(column)), column] as const),
    ...columns.map((column) => [plain(column.name), column] as const),
  ]);
  const found = byWord.get(plain(text));
  if (found !== undefined) return found;
  const near = byWord.get(misspelt(plain(text), byWord.keys()) ?? '');
  const advice = near === undefined ? list(columns) : `did you mean ${near.name}?`;
  return `${source}: there is no column ${quoted(text)}; ${advice}`;
}

/** `lastUsedAt`, `LAST USED AT` and `last-used-at` are one. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/(?<=\w)[\s_-]+(?=\w)/g, '');
}

/** How `--sort` orders rows. */
export interface Sort<Row> {
  readonly column: Column<Row>;
  readonly isDescending: boolean;
}

/** Reads a column, as `--columns` names it, or `-` and a column. @throws UsageError naming the columns there are */
export function parseSort<Row>(text: string, columns: readonly Column<Row>[]): Sort<Row> {
  const isDescending = text.startsWith('-');
  const name = isDescending ? text.slice(1) : text;
  const column = findColumn(name, columns, '--sort');
  if (typeof column === 'string') throw new UsageError(column);
  return { column, isDescending };
}

/**
 * A sorted copy. Text is compared by code unit, as jq and `LC_ALL=C sort` do; null comes last in both directions; rows that
 * are equal keep their order.
 */
export function sortBy<Row>(rows: readonly Row[], sort: Sort<Row>): Row[] {
  const direction = sort.isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: sortKey(sort.column.value(row)) }))
    .toSorted((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      return direction * (Number(a.key > b.key) - Number(a.key < b.key));
    })
    .map(({ row }) => row);
}

function sortKey(cell: Cell): string | number | null {
  if (typeof cell === 'boolean') return Number(cell);
  return typeof cell === 'number' || cell === null ? cell : cellText(cell);
}

/** A cell as exact text; null is empty. */
export function cellText(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'object' ? cell.join(', ') : String(cell);
}

/** A cell as one safe line for people; `-` where it is empty. `showTime` is given for a column of times. */
export function cellForPeople(cell: Cell, showTime: ((iso: string) => string) | null): string {
  const text = cellText(cell);
  if (text === '') return '-';
  return (showTime === null ? safeText(text) : showTime(text)) || '-';
}

function list<Row>(columns: readonly Column<Row>[]): string {
  return `the columns are ${columns.map(({ name }) => name).join(', ')}`;
}
