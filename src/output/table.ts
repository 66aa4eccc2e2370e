import { cellForPeople, type Column } from './columns.ts';
import { fitWidths } from './fit.ts';
import type { Style, Tone } from './style.ts';
import { tableTime } from './time.ts';
import { cutToWidth, measureFor, type Measure } from './width.ts';

const gap = '  ';

interface Printed {
  readonly text: string;
  readonly tone: Tone | null;
}

/**
 * Rows under a header in capitals, columns two spaces apart, every line ended; no text at all for no rows. Columns are cut to
 * fit `style.width` as far as their `shrink` allows: a line that holds ids rather wraps than loses part of one.
 */
export async function table<Row>(options: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly style: Style;
}): Promise<string> {
  const { rows, columns, style } = options;
  if (rows.length === 0 || columns.length === 0) return '';
  const header = columns.map((column): Printed => ({ text: heading(column), tone: 'heading' }));
  const lines = [header, ...rows.map((row) => columns.map((column) => print(row, column, style)))];
  const measure = await measureFor(lines.flatMap((cells) => cells.map(({ text }) => text)));
  const widths = fitWidths(
    columns.map((column, at) => ({
      natural: widest(lines, { at, measure }),
      minimum: measure(heading(column)),
      shrink: column.shrink ?? null,
    })),
    style.width - gap.length * (columns.length - 1),
  );
  return lines.map((cells) => `${line(cells, { widths, measure, style })}\n`).join('');
}

function heading<Row>(column: Column<Row>): string {
  return column.header ?? column.name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}

function print<Row>(row: Row, column: Column<Row>, style: Style): Printed {
  const text = cellForPeople(column.value(row), {
    isTime: column.isTime ?? false,
    style,
    time: tableTime,
  });
  return { text, tone: column.tone?.(row, style.now) ?? null };
}

function widest(
  lines: readonly (readonly Printed[])[],
  { at, measure }: { readonly at: number; readonly measure: Measure },
): number {
  return lines.reduce((width, cells) => Math.max(width, measure(cells[at]?.text ?? '')), 0);
}

interface Layout {
  readonly widths: readonly number[];
  readonly measure: Measure;
  readonly style: Style;
}

function line(cells: readonly Printed[], { widths, measure, style }: Layout): string {
  return cells
    .map(({ text, tone }, at) => {
      const width = widths[at] ?? 0;
      const cut = cutToWidth(text, { width, measure });
      const padding = at === cells.length - 1 ? 0 : width - measure(cut);
      return (tone === null ? cut : style.paint(tone, cut)) + ' '.repeat(padding);
    })
    .join(gap);
}
