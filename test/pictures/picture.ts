import { stripVTControlCharacters } from 'node:util';

import stringWidth from 'string-width';

/** A terminal as it looks after a command, e.g. `$ sactl sa list` and what it printed, with colours as escape sequences. */
export interface Screen {
  readonly title: string;
  readonly command: string;
  readonly printed: string;
}

/** Columns of the terminal that pictures are made on. */
export const columns = 100;

const cell = { width: 8.4, height: 20 } as const;
const margin = { side: 20, top: 56, bottom: 20 } as const;

const colours = { background: '#16181d', text: '#d7dae0', title: '#8b919c', prompt: '#7aa2f7' } as const;

/** What a terminal makes of an escape sequence, by what follows `ESC [`; one that is not here ends what was before. */
const looks: Readonly<Record<string, string>> = {
  '1m': 'font-weight="bold"',
  '2m': 'fill="#8b919c"',
  '31m': 'fill="#f7768e"',
  '32m': 'fill="#9ece6a"',
  '33m': 'fill="#e0af68"',
};

/** The screen as an SVG image, in which all text can be read and copied. */
export function picture({ title, command, printed }: Screen): string {
  const lines = linesOf(printed);
  const width = columns * cell.width + 2 * margin.side;
  const height = (lines.length + 1) * cell.height + margin.top + margin.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="100%" height="100%" rx="8" fill="${colours.background}"/>`,
    ...['#f7768e', '#e0af68', '#9ece6a'].map(
      (fill, at) => `<circle cx="${24 + 18 * at}" cy="20" r="5" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="${colours.text}">`,
    `<text x="50%" y="25" text-anchor="middle" fill="${colours.title}">${escaped(title)}</text>`,
    span('$', { column: 0, row: 0, look: `fill="${colours.prompt}"` }),
    span(command, { column: 2, row: 0, look: '' }),
    ...lines.flatMap((line, at) => spans(line, at + 1)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** What stands on the screen in the end: of a line that was written over its last text, and long lines on several. */
function linesOf(printed: string): readonly string[] {
  const lines = printed.replace(/\n$/, '').split('\n');
  return lines
    .map((line) => line.split('\r').at(-1) ?? '')
    .flatMap((line) => (stringWidth(line) <= columns ? [line] : broken(line)));
}

/** A line without colours, broken where the terminal ends. */
function broken(line: string): readonly string[] {
  return stripVTControlCharacters(line).match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [];
}

/** A line as words of one look; columns keep their places whatever a viewer does with several spaces. */
function spans(line: string, row: number): readonly string[] {
  let look = '';
  let column = 0;
  return line.split('\u001B[').flatMap((piece, at) => {
    // A code with another letter than m moves the cursor, at the beginning of a line that is written over.
    const [, code = '', text = ''] = at === 0 ? ['', '0m', piece] : (/^(\d*[A-Za-z])(.*)$/.exec(piece) ?? []);
    const begin = column;
    look = looks[code] ?? '';
    column += stringWidth(text);
    return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) =>
      span(words, { column: begin + stringWidth(text.slice(0, index)), row, look }),
    );
  });
}

/** Text that is as wide as its characters are on a terminal, whatever the font. */
function span(
  text: string,
  { column, row, look }: { readonly column: number; readonly row: number; readonly look: string },
): string {
  const x = (margin.side + column * cell.width).toFixed(1);
  const y = margin.top + row * cell.height;
  const width = (stringWidth(text) * cell.width).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${width}"${look === '' ? '' : ` ${look}`}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
