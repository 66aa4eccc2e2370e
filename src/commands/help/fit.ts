/** Under a term that leaves less room than this beside it, a meaning begins on the next line. */
const leastRoom = 24;

/**
 * A help text in lines of at most `width` characters: paragraphs anew, meanings beside their terms. Commands stay as they
 * are, to be copied.
 */
export function fitted(text: string, width = 100): string {
  if (text.split('\n').every((line) => line.length <= width)) return text;
  return paragraphsOf(text)
    .flatMap((lines) => (lines.every((line) => line.length <= width) ? lines : fittedParagraph(lines, width)))
    .join('\n');
}

/** Lines that begin at the margin and follow each other are one paragraph; any other is one by itself. */
function paragraphsOf(text: string): readonly (readonly string[])[] {
  const paragraphs: string[][] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    const isProse = /^\S/.test(line);
    if (isProse && isOpen) paragraphs.at(-1)?.push(line);
    else paragraphs.push([line]);
    isOpen = isProse;
  }
  return paragraphs;
}

function fittedParagraph(lines: readonly string[], width: number): readonly string[] {
  const [first = ''] = lines;
  if (/^\S/.test(first)) return filled(lines.join(' '), width);
  const [, indent = '', term = '', gap = '', meaning] = /^( +)(\S.*?)( {2,})(\S.*)$/.exec(first) ?? [];
  if (meaning === undefined) return lines;
  const column = indent.length + term.length + gap.length;
  const isBeside = width - column >= leastRoom;
  const margin = ' '.repeat(isBeside ? column : indent.length + 4);
  const rest = filled(meaning, width - margin.length).map((line) => margin + line);
  return isBeside ? [indent + term + gap + (rest[0] ?? '').trimStart(), ...rest.slice(1)] : [indent + term, ...rest];
}

/** Words in lines of at most `width` characters; a longer word is a line of its own. */
function filled(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length === 0) lines.push(word);
    else if (longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}
