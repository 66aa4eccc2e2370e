/** What fitting needs to know of one column; widths in terminal columns. */
export interface Fit {
  /** Width of the widest cell. */
  readonly natural: number;
  /** Cutting stops here, where the column is not narrower anyway. */
  readonly minimum: number;
  /** Higher is cut first; null is never cut. */
  readonly shrink: number | null;
}

/** A column is never cut below this, however short its header. */
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
      const at = widestOf(columns, { widths, level });
      if (at === null) break;
      widths[at] = (widths[at] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
}

function widestOf(
  columns: readonly Fit[],
  { widths, level }: { readonly widths: readonly number[]; readonly level: number },
): number | null {
  let widest: number | null = null;
  for (const [at, { shrink, minimum }] of columns.entries()) {
    const width = widths[at] ?? 0;
    if (shrink !== level || width <= Math.max(minimum, narrowest)) continue;
    if (widest === null || width > (widths[widest] ?? 0)) widest = at;
  }
  return widest;
}
