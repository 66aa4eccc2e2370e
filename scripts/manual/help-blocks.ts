/** A piece of a help text. */
export type HelpBlock =
  /** Of the block behind it. */
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rows'; readonly rows: readonly HelpRow[] }
  /** Lines that are typed. */
  | { readonly kind: 'code'; readonly lines: readonly string[] };

/** e.g. a state of `recover list` and what it means */
export interface HelpRow {
  readonly term: string;
  readonly meaning: string;
}

/**
 * Takes a help text apart by its layout: rows and code are indented, rows have two spaces or more between term and
 * meaning, and a title stands right above rows, or has a colon at its end.
 */
export function readBlocks(text: string): HelpBlock[] {
  return text.split(/\n{2,}/).flatMap((part) => {
    const chunks = part.match(/(?:^ .*\n?)+|(?:^[^ \n].*\n?)+/gm) ?? [];
    return chunks.map((chunk, index) => readChunk(chunk, chunks[index + 1]));
  });
}

function readChunk(chunk: string, next: string | undefined): HelpBlock {
  const lines = chunk.trimEnd().split('\n');
  if (!chunk.startsWith(' ')) {
    const text = lines.join(' ');
    const isTitle = next !== undefined && (text.endsWith(':') || rowsOf(next) !== null);
    return isTitle ? { kind: 'title', text: text.replace(/:$/, '') } : { kind: 'text', text };
  }
  const rows = rowsOf(chunk);
  return rows === null ? { kind: 'code', lines: lines.map((line) => line.trim()) } : { kind: 'rows', rows };
}

/** Null for lines that are no rows. */
function rowsOf(chunk: string): readonly HelpRow[] | null {
  const rows = chunk
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
  if (rows.some((row) => row.length !== 2)) return null;
  return rows.map(([term = '', meaning = '']) => ({ term, meaning }));
}
