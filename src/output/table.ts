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
 * Rows under a header in capitals, columns two spaces apart, every line ended; no text for no rows. Columns are cut to fit
 * `style.width` as far as their `shrink` allows: a line with ids wraps rather than lose part of one.
 */
export async function table<Row>(options: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly style: Style;
}): Promise<string> {
  const { rows, style } = options;
  const known = options.columns.filter(
    ({ hideEmpty, value }) => hideEmpty !== true || rows.some((row) => cellText(value(row)) !== ''),
  );
  if (rows.length === 0 || known.length === 0) return '';
  const printed = known.map((column): PrintedColumn => {
    const { shrink = null, spare = false } = column;
    const cells = rows.map((row) => print(row, column, style));
    return { cells: [{ text: headingOf(column), tone: 'heading' }, ...cells], shrink, spare };
  });
  const measure = await measureFor(printed.flatMap(({ cells }) => cells.map(({ text }) => text)));
  const columns = dropSpare(printed, style.width, measure);
  const widths = fitWidths(
    columns.map(({ cells, shrink }) => ({
      natural: widest(cells, measure),
      minimum: measure(cells[0]?.text ?? ''),
      shrink,
    })),
    style.width - gap.length * (columns.length - 1),
  );
  return [undefined, ...rows]
    .map((_, at) => columns.map(({ cells }) => cells[at] ?? { text: '', tone: null }))
    .map((cells) => `${line(cells, widths, measure, style)}\n`)
    .join('');
}

interface PrintedColumn {
  /** The heading first. */
  readonly cells: readonly Printed[];
  readonly shrink: number | null;
  readonly spare: boolean;
}

/** Without as many spare columns, the last one first, as the width requires. */
function dropSpare(columns: readonly PrintedColumn[], width: number, measure: Measure): readonly PrintedColumn[] {
  const total = columns.reduce((sum, { cells }) => sum + widest(cells, measure) + gap.length, 0);
  const at = columns.findLastIndex(({ spare }) => spare);
  if (total - gap.length <= width || at === -1) return columns;
  return dropSpare(columns.toSpliced(at, 1), width, measure);
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
