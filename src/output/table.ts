import { cellForPeople, cellText, headingOf, type Cell, type Column } from './columns.ts';
import type { Style, Tone } from './style.ts';
import { detailTime, tableTime } from './time.ts';
import { cutToWidth, measureFor, type Measure } from './width.ts';

const gap = '  ';

interface Printed {
  readonly text: string;
  readonly tone: Tone | null;
}

/**
 * Rows under a header in capitals, columns two spaces apart, every line ended; no text for no rows. To fit `style.width`,
 * spare columns are left out, then columns are cut as far as their `shrink` allows: a line wraps rather than lose part of a
 * name or an id.
 */
export async function table<Row>(options: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly style: Style;
}): Promise<string> {
  const { rows, style } = options;
  const known = options.columns.filter(
    ({ hideEmpty, roomy, exact, value }) =>
      (roomy !== true || style.isTTY) &&
      (hideEmpty !== true || rows.some((row) => cellText((exact ?? value)(row)) !== '')),
  );
  if (rows.length === 0 || known.length === 0) return '';
  const texts = known.map((column) => {
    return [{ text: headingOf(column), tone: 'heading' as const }, ...rows.map((row) => print(row, column, style))];
  });
  const measure = await measureFor(texts.flatMap((cells) => cells.map(({ text }) => text)));
  const printed = known.map((column, at): PrintedColumn => {
    const cells = texts[at] ?? [];
    const isNeeded = column.tells !== undefined && hasTwins(rows, column.tells);
    return {
      cells,
      natural: widest(cells, measure),
      minimum: measure(cells[0]?.text ?? ''),
      shrink: column.shrink ?? null,
      spare: isNeeded ? null : (column.spare ?? null),
    };
  });
  const columns = withRoom(printed, style.width);
  const widths = fitWidths(columns, style.width - gap.length * (columns.length - 1));
  return [undefined, ...rows]
    .map((_, at) => columns.map(({ cells }) => cells[at] ?? { text: '', tone: null }))
    .map((cells) => `${line(cells, widths, measure, style)}\n`)
    .join('');
}

interface PrintedColumn extends Fit {
  /** The heading first. */
  readonly cells: readonly Printed[];
  readonly spare: number | null;
}

/** The columns that are not spare, and of the others those that there is room for with none cut, the lowest number first. */
function withRoom(columns: readonly PrintedColumn[], width: number): readonly PrintedColumn[] {
  const kept = new Set(columns.filter(({ spare }) => spare === null));
  let left = width + gap.length;
  for (const column of kept) left -= need(column);
  for (const column of columns.toSorted((a, b) => (a.spare ?? 0) - (b.spare ?? 0))) {
    if (kept.has(column) || need(column) > left) continue;
    kept.add(column);
    left -= need(column);
  }
  return columns.filter((column) => kept.has(column));
}

function need({ natural }: Fit): number {
  return natural + gap.length;
}

function hasTwins<Row>(rows: readonly Row[], tells: (row: Row) => string): boolean {
  return new Set(rows.map(tells)).size < rows.length;
}

function print<Row>(row: Row, column: Column<Row>, style: Style): Printed {
  const showTime = column.isTime === true ? (iso: string) => tableTime(iso, style) : null;
  const text = cellForPeople(column.text?.(row) ?? column.value(row), showTime);
  return { text, tone: column.tone?.(row, style.now) ?? null };
}

function widest(cells: readonly Printed[], measure: Measure): number {
  return cells.reduce((width, { text }) => Math.max(width, measure(text)), 0);
}

function line(cells: readonly Printed[], widths: readonly number[], measure: Measure, style: Style): string {
  return cells
    .map(({ text, tone }, at) => {
      const width = widths[at] ?? 0;
      const cut = cutToWidth(text, width, measure);
      const padding = at === cells.length - 1 ? 0 : width - measure(cut);
      return (tone === null ? cut : style.paint(tone, cut)) + ' '.repeat(padding);
    })
    .join(gap);
}

/** The widths of one column, in terminal columns. */
export interface Fit {
  /** Width of the widest cell. */
  readonly natural: number;
  /** It is not cut below this. */
  readonly minimum: number;
  /** Higher is cut first; null is never cut. */
  readonly shrink: number | null;
}

/** No column is cut below this, however short its header. */
const narrowest = 8;

/**
 * Widths that add up to `available` if cutting can reach it, else the narrowest allowed. Columns of the highest `shrink` give
 * way first; among equals always the widest.
 */
export function fitWidths(columns: readonly Fit[], available: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  const levels = new Set(columns.flatMap(({ shrink }) => (shrink === null ? [] : [shrink])));
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (const level of [...levels].toSorted((a, b) => b - a)) {
    while (excess > 0) {
      const at = widestOf(columns, widths, level);
      if (at === null) break;
      widths[at] = (widths[at] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
}

/** The widest column of a `shrink` level that can still be cut. */
function widestOf(columns: readonly Fit[], widths: readonly number[], level: number): number | null {
  let best: number | null = null;
  for (const [at, { shrink, minimum }] of columns.entries()) {
    const width = widths[at] ?? 0;
    if (shrink !== level || width <= Math.max(minimum, narrowest)) continue;
    if (best === null || width > (widths[best] ?? 0)) best = at;
  }
  return best;
}

/** `text` in lines of at most `width` characters, broken between words; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length > width && current !== '') {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** One line of a detail. */
export interface Field {
  /** ASCII, e.g. `Expires`. */
  readonly label: string;
  readonly value: Cell;
  /** True for ISO 8601 times. */
  readonly isTime?: boolean;
  readonly tone?: Tone | null;
}

/** One object as aligned `Label:  value` lines, every one ended. Values are never cut; an empty one is `-`. */
export function detail(fields: readonly Field[], style: Style): string {
  const width = Math.max(0, ...fields.map(({ label }) => label.length)) + 1;
  return fields
    .map(({ label, value, isTime, tone }) => {
      const text = cellForPeople(value, isTime === true ? (iso) => detailTime(iso, style) : null);
      return `${`${label}:`.padEnd(width)}  ${tone ? style.paint(tone, text) : text}\n`;
    })
    .join('');
}
