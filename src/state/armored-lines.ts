/** Characters of a whole line of armor; the last one may be shorter. */
const width = 64;

/** What no age file is without. */
const beginning = 'age-encryption.org/v1\n';

/** What is taken as the last, shorter line at most. */
const mostEndings = 8;

/** A part of a line that may be one of a sealed text. */
interface Piece {
  readonly text: string;
  /** Whether it stands where a line begins, and not where one goes on that was wrapped. */
  readonly isFirst: boolean;
}

/** The lines of one sealed text in a log, among those of others, behind what its first line had before it. */
export class ArmoredLines {
  /** Of its first one, from 1. */
  readonly line: number;
  /** The same but for times. */
  readonly #strict: RegExp;
  /** The same but for digits. */
  readonly #loose: RegExp;
  readonly #hasPrefix: boolean;
  readonly #pieces: Piece[] = [];

  /** @param prefix what stands before the first line, e.g. a time and a space */
  constructor(prefix: string, line: number) {
    this.line = line;
    this.#strict = new RegExp(patternOf(prefix, { digits: false }));
    this.#loose = new RegExp(patternOf(prefix, { digits: true }));
    this.#hasPrefix = prefix !== '';
  }

  /** Whether the same writer has this before its lines. */
  isSamePrefix(prefix: string): boolean {
    return this.#strict.exec(prefix)?.[0].length === prefix.length;
  }

  /** Whether it looks like its next line, and not like another writer's. */
  owns(line: string): boolean {
    const prefix = this.#strict.exec(line)?.[0];
    return prefix !== undefined && isArmor(line.slice(prefix.length));
  }

  /** Takes a line, unless it is certainly none of its own, such as the marker of a group. */
  add(line: string): void {
    const prefix = this.#loose.exec(line)?.[0];
    const text = prefix === undefined ? '' : line.slice(prefix.length);
    if (prefix !== undefined && isArmor(text)) {
      this.#pieces.push({ text, isFirst: !this.#hasPrefix || !prefix.endsWith('+') });
    } else if (isArmor(line.trim())) this.#pieces.push({ text: line.trim(), isFirst: false });
  }

  /** What the lines come to, the likeliest first. */
  readings(): readonly Uint8Array[] {
    const texts = new Set([...whole(this.#pieces), wrapped(this.#pieces, this.#hasPrefix), plain(this.#pieces)]);
    return [...texts].filter(isArmor).flatMap((text) => {
      const bytes = Buffer.from(text, 'base64');
      return bytes.subarray(0, beginning.length).toString('latin1') === beginning ? [bytes] : [];
    });
  }
}

function isArmor(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** Lines as they were written: what is not as long as they are is something else, but for the last. */
function whole(pieces: readonly Piece[]): readonly string[] {
  const firsts = pieces.filter(({ isFirst }) => isFirst).map(({ text }) => text);
  const full = firsts.filter((text) => text.length === width).join('');
  const last = firsts.findLastIndex((text) => text.length === width);
  const endings = firsts.slice(last + 1).filter((text) => text.length < width);
  return [...endings.slice(0, mostEndings).map((ending) => full + ending), full];
}

/** Lines that were wrapped: each goes on until it is whole. */
function wrapped(pieces: readonly Piece[], hasPrefix: boolean): string {
  const lines: string[] = [];
  let line = '';
  for (const { text, isFirst } of pieces.filter((piece) => piece.text.length <= width)) {
    const isNext = (hasPrefix && isFirst) || line.length + text.length > width;
    line = isNext ? text : line + text;
    if (line.length < width) continue;
    lines.push(line);
    line = '';
  }
  return [...lines, line].join('');
}

/** Lines of any length. */
function plain(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

const time = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d\d:\d\d:\d\d(?:[.,]\d+)?`;

/** A time and a stream of GitLab's, where `+` in place of the space goes on with the line before. */
const gitlab = /Z [0-9a-f]{2}[OE][ +]$/;

/** A pattern of what stands before the other lines, where this stands before the first. */
function patternOf(prefix: string, { digits }: { readonly digits: boolean }): string {
  const isGitlab = gitlab.test(prefix);
  const written = isGitlab ? prefix.slice(0, -1) : prefix;
  const parts = written.matchAll(new RegExp(String.raw`(?<time>${time})|(?<number>\d+)|(?<space>\s+)|.`, 'gu'));
  const pattern = [...parts].map(({ 0: text, groups }) => {
    if (groups?.['time'] !== undefined) return `(?:${time})`;
    if (groups?.['number'] !== undefined && digits) return String.raw`\d+`;
    if (groups?.['space'] !== undefined) return String.raw`\s+`;
    return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  });
  return `^${pattern.join('')}${isGitlab ? '[ +]' : ''}`;
}
