import type { HelpBlock as TopicBlock, HelpRow } from '../../src/commands/help/topic.ts';

/** A piece of a help text; code is lines that are typed. */
export type HelpBlock = TopicBlock | { readonly kind: 'code'; readonly lines: readonly string[] };

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
    const isTitle = next !== undefined && (text.endsWith(':') || readRows(next) !== null);
    return isTitle ? { kind: 'title', text: text.replace(/:$/, '') } : { kind: 'text', text };
  }
  const rows = readRows(chunk);
  return rows === null ? { kind: 'code', lines: lines.map((line) => line.trim()) } : { kind: 'rows', rows };
}

/** Null for lines that are no rows. */
function readRows(chunk: string): readonly HelpRow[] | null {
  const rows = chunk.trimEnd().split('\n');
  const cells = rows.map((line) => line.trim().split(/ {2,}/));
  if (cells.some(({ length }) => length !== 2)) return null;
  return cells.map(([term = '', meaning = '']) => ({ term, meaning }));
}

/** A piece of prose, and what it is. */
export interface Mark {
  /**
   * `literal` is typed as it stands. In `syntax`, what is between angle brackets stands for something else. `quoted` comes
   * without its quotes. An `operand` is as the usage line has it, a `placeholder` without brackets.
   */
  readonly kind: 'plain' | 'literal' | 'syntax' | 'quoted' | 'operand' | 'placeholder';
  readonly text: string;
}

export type Words = readonly Mark[];

export function plain(text: string): Mark {
  return { kind: 'plain', text };
}

export function literal(text: string): Mark {
  return { kind: 'literal', text };
}

/** With commas between them. */
export function listed(items: readonly Words[]): Words {
  return items.flatMap((words, index) => (index === 0 ? words : [plain(', '), ...words]));
}

const patterns = [
  /"(?<quoted>[^"]+)"/,
  /(?<syntax>(?:[^\s"<>(]*<[^<>]+>)+(?:[^\s"]*[^\s",.:;)])?)/,
  /(?<flag>(?<![\w-])(?:--[a-z][a-z-]*|-[a-z](?![\w-])))/,
  /(?<variable>\$?\b[A-Z]+(?:_[A-Z]+)+\b|%[A-Z]+%)/,
  /(?<path>~\/(?:[\w./-]*\w)?)/,
  /(?<placeholder>\{[a-z]+\})/,
];

const anyMark = new RegExp(patterns.map(({ source }) => source).join('|'), 'g');

/** Finds flags, variables, paths and quoted commands in a sentence of the help, so that they can be shown as such. */
export function marksOf(text: string): Mark[] {
  const marks: Mark[] = [];
  let end = 0;
  for (const match of text.matchAll(anyMark)) {
    const [whole, quoted, syntax] = match;
    if (match.index > end) marks.push(plain(text.slice(end, match.index)));
    if (quoted === undefined) marks.push({ kind: syntax === undefined ? 'literal' : 'syntax', text: whole });
    else marks.push({ kind: 'quoted', text: quoted });
    end = match.index + whole.length;
  }
  if (end < text.length) marks.push(plain(text.slice(end)));
  return marks;
}

const continuation = ' \\';

/**
 * A command line in lines of at most `width` characters where that is possible, continued as a shell reads it. It is
 * broken only before flags, pipes and redirections, and never inside quotes.
 */
export function shellLines(command: string, width: number): string[] {
  if (command.length <= width) return [command];
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const parts: string[] = [];
  for (const word of words) {
    if (parts.length === 0 || /^(?:--?[a-z]|[|>])/.test(word)) parts.push(word);
    else parts[parts.length - 1] += ` ${word}`;
  }
  const lines: string[] = [];
  for (const part of parts) {
    const joined = `${lines.at(-1) ?? ''} ${part}`;
    if (lines.length === 0) lines.push(part);
    else if (joined.length <= width - continuation.length) lines[lines.length - 1] = joined;
    else lines.push(`    ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line}${continuation}` : line));
}
