/** A text of `sactl help`. */
export interface Topic {
  readonly title: string;
  readonly blocks: readonly HelpBlock[];
}

/** A piece of a help text. A title is that of the block after it. */
export type HelpBlock =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rows'; readonly rows: readonly HelpRow[] };

/** e.g. an exit code, and what it means */
export interface HelpRow {
  readonly term: string;
  readonly meaning: string;
}

/** Terms with their meanings. */
export function rowsOf(meanings: Readonly<Record<string, string>>): HelpBlock {
  return { kind: 'rows', rows: Object.entries(meanings).map(([term, meaning]) => ({ term, meaning })) };
}
