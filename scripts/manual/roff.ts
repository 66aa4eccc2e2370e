import type { Mark, Words } from './help-text.ts';
import type { Block } from './program.ts';

/** Lines of roff, as a page has them one after another. */
export type Roff = readonly string[];

/** The text of a page. A heading begins a paragraph itself, and linters complain of a second one. */
export function page(lines: Roff): string {
  const needed = lines.filter((text, index) => text !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${needed.join('\n')}\n`;
}

/** The head of a page; `date` has the form `2026-11-22`, or is empty. Text is set ragged and unhyphenated, so that it can be copied. */
export function heading({ name, date, source, manual }: Record<'name' | 'date' | 'source' | 'manual', string>): Roff {
  // With escaped hyphens, mandoc would find no date.
  const words = [argument(name.toUpperCase()), '1', `"${date}"`, argument(source), argument(manual)];
  return [`.TH ${words.join(' ')}`, '.nh', '.ad l'];
}

export function section(title: string): Roff {
  return [`.SH ${argument(title)}`];
}

export function subsection(title: string): Roff {
  return [`.SS ${argument(title)}`];
}

export function paragraph(words: Words): Roff {
  return ['.PP', ...sentences(words)];
}

/** A piece of the manual. A title is a paragraph with a colon. */
export function roff(block: Block): Roff {
  if (block.kind === 'text') return paragraph(block.words);
  if (block.kind === 'title') return paragraph([...block.words, { kind: 'plain', text: ':' }]);
  if (block.kind === 'rows') return block.rows.flatMap(({ term, meaning }) => item(term, meaning));
  return ['.PP', '.nf', ...block.lines.map((text) => line([{ kind: 'plain', text }])), '.fi'];
}

/** A term, and its meaning indented. */
export function item(term: Words, meaning: Words): Roff {
  return ['.TP', line(term), ...sentences(meaning)];
}

/** Words on one line of source; whatever is in them is text, and no request. */
export function line(words: Words): string {
  return guarded(words.map(inline).join(''));
}

/** A line of source for each sentence: roff sets the space between them, and changes read well. */
function sentences(words: Words): string[] {
  const text = words.map(inline).join('');
  return text.split(/(?<=(?<!e\.g)[.!?](?:\\fR|\))?) +(?=(?:\\f[BI])?(?:[A-Z]|\\-))/).map(guarded);
}

/** A line that begins with one of these would be a request. */
function guarded(text: string): string {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}

function inline({ kind, text }: Mark): string {
  if (kind === 'plain' || kind === 'operand') return escapeRoff(text);
  if (kind === 'placeholder') return `\\fI${escapeRoff(text)}\\fR`;
  if (kind === 'quoted' && !text.startsWith('sactl ')) return escapeRoff(`"${text}"`);
  if (kind !== 'syntax') return bold(text);
  return text.replaceAll(/<([^<>]+)>|[^<>]+/g, (part, name?: string) =>
    name === undefined ? bold(part) : `<\\fI${escapeRoff(name)}\\fR>`,
  );
}

/** Without the space behind it. */
function bold(text: string): string {
  return `\\fB${escapeRoff(text.trimEnd())}\\fR${text.endsWith(' ') ? ' ' : ''}`;
}

function argument(text: string): string {
  return /^\w+$/.test(text) ? text : `"${escapeRoff(text)}"`;
}

/** What roff would take for its own, or print as a finer character that no shell takes. */
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\(rs',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Text that roff prints to the letter, in ASCII and without a line break. */
export function escapeRoff(text: string): string {
  return text
    .replaceAll(/\s/g, ' ')
    .replaceAll(/[\\'"`^~-]/g, (character) => escapes[character] ?? character)
    .replaceAll(/[^ -~]/gu, unicode);
}

function unicode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}
