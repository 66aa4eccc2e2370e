import { stringify } from 'csv-stringify/sync';
import type { Sheet } from './document.ts';

/** csv-stringify quotes the record delimiter, and leaves half of it bare. */
const lineEnd = /[\r\n]/;

/**
 * A sheet as RFC 4180: CRLF line ends, quotes only where they are needed, a header row. Values stay exact, so a spreadsheet takes
 * one that starts with `=` for a formula: import such files as text. Load this file lazily.
 */
export function csv(sheet: Sheet): string {
  if (sheet.header.length === 0) return '';
  return stringify([sheet.header, ...sheet.rows], {
    quoted_match: lineEnd,
    record_delimiter: '\r\n',
  });
}
