import type { Column } from './columns.ts';
import { sheetOf, type Sheet } from './sheet.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

/** The result of a command in all the ways it can be printed. */
export interface OutputDocument {
  /** What `--json` prints and `-q` runs on: JSON data. */
  readonly value: unknown;
  /** What `--raw` prints instead; absent where a command has no answer of a provider. */
  readonly raw?: () => unknown;
  /** Text for people, every line ended: built by `table` or `detail`, which make foreign text safe. */
  readonly human: (style: Style) => string | Promise<string>;
  /** What csv prints; absent, csv takes the scalar keys of the value. */
  readonly sheet?: () => Sheet;
  /** True when the value or raw answer may hold a credential: then what jq says of it is never repeated. */
  readonly secretDocument?: boolean;
}

/** The document of a list: JSON array, table and csv of the same rows. `columns` come from `selectColumns`. */
export function listDocument<Row>(options: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly raw?: () => unknown;
}): OutputDocument {
  const { rows, columns, raw } = options;
  return {
    value: rows,
    human: (style) => table({ rows, columns, style }),
    sheet: () => sheetOf(rows, columns),
    ...(raw === undefined ? {} : { raw }),
  };
}
