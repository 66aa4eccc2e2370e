import { ExactNumber, jsonText } from '../model/exact-number.ts';
import type { Sheet } from './document.ts';

/** JSON as `--json` prints it: indented by two, one line end. */
export function prettyJson(value: unknown): string {
  return `${jsonText(value, 2)}\n`;
}

/** JSON on one line, without a line end. */
export function compactJson(value: unknown): string {
  return jsonText(value);
}

/** JSON for jq, which refuses the half surrogate pairs that JavaScript keeps: they become U+FFFD, as in UTF-8. */
export function jsonForJq(value: unknown): string {
  const text = compactJson(value);
  if (!text.includes(String.raw`\ud`)) return text;
  return text.replaceAll(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.startsWith(String.raw`\ud`) ? '\uFFFD' : escape,
  );
}

/** JSON on one line per item of a list, or on one line for anything else. */
export function ndjson(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => `${compactJson(item)}\n`).join('');
}

const exactNumberTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value: unknown) => value instanceof ExactNumber,
  resolve: (text: string) => new ExactNumber(text),
  stringify: ({ value }: { readonly value?: unknown }) => String(value),
} as const;

/** YAML 1.2 that YAML 1.1 parsers read alike: `yes` and times are quoted. Long lines stay whole; no aliases. */
export async function yaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value ?? null, {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
    customTags: [exactNumberTag],
    lineWidth: 0,
  });
}

/**
 * RFC 4180 CSV: CRLF line ends, quotes only where they are needed, a header row. Values stay exact; a spreadsheet reads
 * one that starts with `=` as a formula, so such files have to be imported as text.
 */
export async function csv(sheet: Sheet): Promise<string> {
  if (sheet.header.length === 0) return '';
  const { stringify } = await import('csv-stringify/sync');
  return stringify([sheet.header, ...sheet.rows], {
    // The package quotes only CRLF, and not its halves.
    quoted_match: /[\r\n]/,
    record_delimiter: '\r\n',
  });
}
