/**
 * A number of a provider's JSON that JavaScript's own numbers cannot hold, e.g. `12345678901234567890` or `1e400`. It is
 * data like any other: as text and in what `jsonText` writes it has the digits that it came with.
 */
export class ExactNumber {
  readonly #digits: string;

  constructor(digits: string) {
    this.#digits = digits;
  }

  toString(): string {
    return this.#digits;
  }

  /** Only `jsonText` can write a number of any length. */
  toJSON(): string {
    return `${exactMark}${this.#digits}`;
  }
}

/** A character that no text has: it is none (https://www.unicode.org/faq/private_use.html). */
const exactMark = '\uFDD0';

const textOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/** `JSON.parse`, with an `ExactNumber` for every number that it would change. @throws SyntaxError that quotes the text */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const exact = text.replaceAll(textOrNumber, (token) =>
    token.startsWith('"') || isHeld(token) ? token : `"${token}"`,
  );
  return exact === text ? value : withDigits(value, JSON.parse(exact));
}

/** `value` with the digits from `exact`, which is the same JSON with some of its numbers as text. */
function withDigits(value: unknown, exact: unknown): unknown {
  if (typeof value === 'number' && typeof exact === 'string') return new ExactNumber(exact);
  return mapped(value, (item, key) => withDigits(item, Reflect.get(Object(exact), key)));
}

/** `JSON.stringify`, with the digits of every `ExactNumber`. Undefined is written as null. */
export function jsonText(value: unknown, indent = 0): string {
  const text = JSON.stringify(value ?? null, null, indent);
  if (!text.includes(exactMark)) return text;
  let mark = '"#';
  while (text.includes(mark)) mark += '#';
  const marked = JSON.stringify(withMarks(value, mark.slice(1)), null, indent);
  return marked.replaceAll(new RegExp(`${mark}([^"]*)"`, 'g'), '$1');
}

function withMarks(value: unknown, mark: string): unknown {
  if (value instanceof ExactNumber) return `${mark}${value.toString()}`;
  return mapped(value, (item) => withMarks(item, mark));
}

/** A copy of an array or object with other items; anything else as it is. */
function mapped(value: unknown, change: (item: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => change(item, String(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item, key)]));
}

/** Whether a JavaScript number holds exactly this value; how it is written does not matter. */
function isHeld(literal: string): boolean {
  const number = Number(literal);
  return Number.isFinite(number) && decimal(literal) === decimal(String(number));
}

/** One spelling for each value: `12e3` for 12000 and for 1.2e4. */
function decimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  const power = Number(exponent) - fraction.length + digits.length - end;
  return start === end ? '0' : `${sign}${digits.slice(start, end)}e${power}`;
}
