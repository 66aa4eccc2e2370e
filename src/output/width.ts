/** How many terminal columns a text takes: wide characters and emoji take two. */
export type Measure = (text: string) => number;

const plain = /^[ -~]*$/;

/** A measure for these texts. string-width takes 30 ms to load, so it is loaded only for text beyond ASCII. */
export async function measureFor(texts: readonly string[]): Promise<Measure> {
  if (texts.every((text) => plain.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  const long = new Map<string, number>();
  return (text) => {
    if (text.length <= pieceLength) return stringWidth(text);
    const width = long.get(text) ?? inPieces(text, stringWidth);
    long.set(text, width);
    return width;
  };
}

/** In code units. Node's time to segment a text grows with the square of its length: 40,000 take a second. */
const pieceLength = 100;

function inPieces(text: string, measure: Measure): number {
  let width = 0;
  for (let start = 0; start < text.length;) {
    const end = pieceEnd(text, start);
    width += measure(text.slice(start, end));
    start = end;
  }
  return width;
}

/** Before an ASCII character, which is never part of another; without one, between two code points. */
function pieceEnd(text: string, start: number): number {
  const end = start + pieceLength;
  if (end >= text.length) return text.length;
  for (let at = end; at > start; at -= 1) if (plain.test(text.charAt(at))) return at;
  return /[\uDC00-\uDFFF]/.test(text.charAt(end)) ? end + 1 : end;
}

/** `text` cut to `width` columns, ending in `…` where something was cut; no character is cut in two. */
export function cutToWidth(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  let kept = '';
  let used = 1;
  // The most that can be shown: one character may have many code units.
  const start = text.slice(0, width * 20 + pieceLength);
  for (const { segment } of new Intl.Segmenter().segment(start)) {
    used += measure(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
