/** How many terminal columns a text takes: wide characters and emoji take two. */
export type Measure = (text: string) => number;

const plain = /^[ -~]*$/;

/** Measures these texts. string-width is 30 ms of loading, so it is loaded only for text beyond ASCII. */
export async function measureFor(texts: readonly string[]): Promise<Measure> {
  if (texts.every((text) => plain.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => stringWidth(text);
}

/** `text` cut to `width` columns, ending in `…` where something was cut; no character is cut in two. */
export function cutToWidth(
  text: string,
  { width, measure }: { readonly width: number; readonly measure: Measure },
): string {
  if (measure(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += measure(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
