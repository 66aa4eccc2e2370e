/** A piece of prose, and what it is. */
export interface Mark {
  /**
   * `literal` is typed as it stands; in `syntax` what is between angle brackets stands for something else; `quoted` comes
   * without its quotes.
   */
  readonly kind: 'plain' | 'literal' | 'syntax' | 'quoted';
  readonly text: string;
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
    if (match.index > end) marks.push({ kind: 'plain', text: text.slice(end, match.index) });
    marks.push(markOf(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) marks.push({ kind: 'plain', text: text.slice(end) });
  return marks;
}

function markOf([text, ...groups]: RegExpMatchArray): Mark {
  const [quoted, syntax] = groups;
  if (quoted !== undefined) return { kind: 'quoted', text: quoted };
  return { kind: syntax === undefined ? 'literal' : 'syntax', text };
}
