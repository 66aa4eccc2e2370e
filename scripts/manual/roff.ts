/** Text in one of the fonts of a manual page; plain strings are in the ordinary one. */
export interface Span {
  readonly font: 'bold' | 'italic';
  readonly text: string;
}

export type Words = readonly (string | Span)[];

/** Lines of roff, as a page has them one after another. */
export type Roff = readonly string[];

export function bold(text: string): Span {
  return { font: 'bold', text };
}

export function italic(text: string): Span {
  return { font: 'italic', text };
}

/** The text of a page. A heading begins a paragraph itself, and linters complain of a second one. */
export function page(lines: Roff): string {
  const needed = lines.filter((text, index) => text !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${needed.join('\n')}\n`;
}

/** The head of a page; `date` has the form `2026-11-22`, or is empty. Text is set ragged and unhyphenated, so that it can be copied. */
export function heading({ name, date, source, manual }: Record<HeadingPart, string>): Roff {
  // With escaped hyphens, mandoc would find no date.
  const words = [argument(name.toUpperCase()), '1', `"${date}"`, argument(source), argument(manual)];
  return [`.TH ${words.join(' ')}`, '.nh', '.ad l'];
}

type HeadingPart = 'name' | 'date' | 'source' | 'manual';

export function comment(text: string): Roff {
  return [`.\\" ${text}`];
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

/** A term, and its meaning indented. */
export function item(term: Words, meaning: Words): Roff {
  return ['.TP', line(term), ...sentences(meaning)];
}

/** One below the other, without space between them. */
export function stacked(words: readonly Words[]): Roff {
  return words.flatMap((each, index) => [...(index === 0 ? [] : ['.br']), line(each)]);
}

/** Lines that are shown as they are. */
export function verbatim(texts: readonly string[]): Roff {
  return ['.PP', '.nf', ...texts.map((text) => line([text])), '.fi'];
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

function inline(word: string | Span): string {
  if (typeof word === 'string') return escapeRoff(word);
  return `\\f${word.font === 'bold' ? 'B' : 'I'}${escapeRoff(word.text)}\\fR`;
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
