import { isUtf8 } from 'node:buffer';

import { parseExactly } from '../model/exact-number.ts';
import { HttpError, type BodyKind } from './error.ts';
import type { AnswerHeaders, HttpAnswer, HttpRequest } from './request.ts';
import { cannot, placesOf, traceIdOf } from './text.ts';

/** The longest answer that is read, in bytes once decompressed: a hundred thousand accounts. */
export const largestAnswer = 64 * 1024 * 1024;

/** The longest answer to a request that changes something or asks for a credential, in bytes: one of 1 MiB fits in any case. */
export const largestChange = 8 * 1024 * 1024;

/** No sensible answer is nested deeper. */
const deepest = 100;

/** A few bytes of JSON can take a hundred in memory; this many values fit several times. */
const mostValues = 5_000_000;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
/** `{` and `}`; `[` and `]` are the same without `aside`. */
const open = 0x7b;
const close = 0x7d;
const aside = 0x20;
const zero = 0x30;
const nine = 0x39;
const dot = 0x2e;

/** As many digits are kept whatever they are. */
const mostDigits = 15;

/** What bytes of a JSON text tell before they are parsed. */
interface Survey {
  /** Whether they can be parsed without taking far more memory, time or stack than their length suggests. */
  readonly isModest: boolean;
  /** Whether a number may have more digits, or a larger exponent, than JavaScript's numbers keep. */
  readonly hasLongNumbers: boolean;
  /** How many values there may be, with those before the part. */
  readonly values: number;
  /** Where the part ends: before a comma between two items of the outermost list, or with the text. */
  readonly end: number;
}

/** A part of a text. Numbers are of bytes, but for `depth` and `values`, which say what is before it. */
interface Part {
  readonly start: number;
  /** It goes on to the next comma between two items of the outermost list. */
  readonly length: number;
  readonly depth: number;
  readonly values: number;
}

const whole: Part = { start: 0, length: Infinity, depth: 0, values: 0 };

/** Looks at a text, or at a part of one. */
export function survey(bytes: Uint8Array, { start, length, depth, values }: Part = whole): Survey {
  let hasLongNumbers = false;
  let at = start;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === comma) {
      if (depth === 1 && at - start >= length) break;
      values += 1;
    } else if ((byte | aside) === open) {
      depth += 1;
      values += 1;
      if (depth > deepest) break;
    } else if ((byte | aside) === close) depth -= 1;
    else if (isDigit(byte)) {
      const end = endOfDigits(bytes, at);
      hasLongNumbers ||= end - at > mostDigits || isExponent(bytes[end]);
      at = end - 1;
    }
  }
  return { isModest: depth <= deepest && values <= mostValues, hasLongNumbers, values, end: at };
}

/** The closing quote of the text that begins at `start`. A call of `indexOf` would take longer: most are short. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== quote) end += bytes[end] === backslash ? 2 : 1;
  return end;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  for (let byte = bytes[end] ?? 0; isDigit(byte) || byte === dot; byte = bytes[end] ?? 0) end += 1;
  return end;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

/** `E` and `e` */
function isExponent(byte: number | undefined): boolean {
  return byte === 0x45 || byte === 0x65;
}

/** What an answer's body is; `value` is parsed JSON, with an `ExactNumber` where it takes one, undefined for every other kind. */
export interface Content {
  readonly kind: BodyKind;
  readonly value: unknown;
}

/** Reads a body as JSON whatever its content type; its `kind` where it is not JSON. Never throws. */
export function readContent({ headers, bytes }: Pick<HttpAnswer, 'headers' | 'bytes'>): Content {
  // In bytes that are not UTF-8, a credential with replaced characters would still look like one.
  if (!isUtf8(bytes)) return { kind: 'other', value: undefined };
  const text = bufferOf(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const start = /\S/.exec(text)?.[0];
  if (start === undefined) return { kind: 'empty', value: undefined };
  if (start === '<') return { kind: 'html', value: undefined };
  const { isModest, hasLongNumbers } = survey(bytes);
  if (!isModest) return { kind: 'excessive', value: undefined };
  try {
    return { kind: 'json', value: hasLongNumbers ? parseExactly(text) : (JSON.parse(text) as unknown) };
  } catch {
    // The parser's error is dropped, because it quotes the text.
    return { kind: brokenKind(headers), value: undefined };
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What a body is that looks like JSON and cannot be parsed. */
function brokenKind(headers: AnswerHeaders): Exclude<BodyKind, 'json'> {
  return htmlType.test(headers.get('content-type') ?? '') ? 'html' : 'other';
}

const htmlType = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/** Whether a body is an HTML page, told without parsing it. */
export function isPage({ headers, bytes }: Pick<HttpAnswer, 'headers' | 'bytes'>): boolean {
  const start = /\S/.exec(
    Buffer.from(bytes.subarray(0, 100))
      .toString('latin1')
      .replace(/^\u00EF\u00BB\u00BF/, ''),
  )?.[0];
  if (start === undefined || start === '<') return start === '<';
  return htmlType.test(headers.get('content-type') ?? '') && !/[[{"]/.test(start);
}

/** The part of a zod schema that is needed here. */
export interface Schema<Value> {
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
}

/** The provider's name, e.g. `nscale`, and the request that was answered. */
export interface Answered {
  readonly provider: string;
  readonly request: HttpRequest;
}

/** Bodies that are not JSON, in words. */
export const unusableBodies: Readonly<Record<Exclude<BodyKind, 'json'>, string>> = {
  html: 'an HTML page',
  empty: 'an empty body',
  excessive: 'JSON that is nested too deeply or has too many values',
  other: 'a body that is not valid JSON',
};

/**
 * The body of a 2xx answer as `schema` reads it.
 * @throws HttpError (`bad_answer`, arrival `unknown`: the request was done, or a gateway answered) that names the places
 *   where the body does not fit, and never quotes the body
 */
export function readJson<Value>(answer: HttpAnswer, schema: Schema<Value>, answered: Answered): Value {
  const content = readContent(answer);
  if (content.kind !== 'json') throw badAnswer(answer, answered, content.kind);
  const result = schema.safeParse(content.value);
  if (!result.success) throw badAnswer(answer, answered, result.error.issues);
  return result.data;
}

/** In bytes. What is made of a piece is small enough for the caches of a CPU. */
const pieceLength = 32 * 1024;

/**
 * The items of a 2xx answer whose body is a list, in pieces. A long one is parsed piece by piece, so that what is made of an
 * item and dropped again takes no memory for long. What is wrong with an answer may show only at its end: nothing may be done
 * with an item before the last one was read.
 * @throws HttpError as `readJson`
 */
export function* readItems(
  answer: HttpAnswer,
  list: Schema<readonly unknown[]>,
  answered: Answered,
): Generator<readonly unknown[]> {
  const bytes = bufferOf(answer.bytes);
  const start = listStart(bytes);
  const end = listEnd(bytes);
  const isLong = start !== -1 && end - start > pieceLength;
  if (!isLong || !isUtf8(bytes)) {
    yield readJson(answer, list, answered);
    return;
  }
  const text = bytes.subarray(0, end);
  let [from, before] = [start + 1, 1];
  let isModest = false;
  // If every piece is a list, then so is the whole, of the same items.
  for (;;) {
    const piece = survey(text, { start: from, length: pieceLength, depth: 1, values: before });
    // With more values so far than their part of what is allowed, all may be too many: then nothing is made of them.
    if (!isModest && piece.values * text.length > mostValues * piece.end) {
      isModest = survey(bytes).isModest;
      if (!isModest) throw badAnswer(answer, answered, 'excessive');
    }
    const json = `[${text.toString('utf8', from, piece.end)}]`;
    const items = piece.isModest ? parseItems(json, piece.hasLongNumbers) : [];
    // Nothing between two commas is no item.
    if (items.length === 0) throw badAnswer(answer, answered, unreadableKind(answer));
    yield items;
    if (piece.end >= text.length) return;
    [from, before] = [piece.end + 1, piece.values];
  }
}

/** What a list is of which a piece cannot be read. */
function unreadableKind({ headers, bytes }: HttpAnswer): Exclude<BodyKind, 'json'> {
  return survey(bytes).isModest ? brokenKind(headers) : 'excessive';
}

/** None of a text that is no list. The parser's error is dropped, because it quotes the text. */
function parseItems(text: string, isExact: boolean): readonly unknown[] {
  try {
    const items: unknown = isExact ? parseExactly(text) : JSON.parse(text);
    return Array.isArray(items) ? items : [];
  } catch {
    return [];
  }
}

const byteOrderMark = Buffer.from('\uFEFF');

/** Where a list opens that has nothing before it; -1 where none does. */
function listStart(bytes: Buffer): number {
  let at = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  while (isSpace(bytes[at])) at += 1;
  return bytes[at] === '['.charCodeAt(0) ? at : -1;
}

/** Where a list closes that has nothing behind it; -1 where none does. */
function listEnd(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (isSpace(bytes[at])) at -= 1;
  return bytes[at] === ']'.charCodeAt(0) ? at : -1;
}

const spaces: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\n\r'));

/** https://www.rfc-editor.org/rfc/rfc8259#section-2 */
function isSpace(byte: number | undefined): boolean {
  return spaces.has(byte);
}

/** For a 2xx answer that is not what was asked for. No `cause`: the errors of parser and schema may quote the body. */
function badAnswer(
  { status, headers }: HttpAnswer,
  { provider, request }: Answered,
  found: Exclude<BodyKind, 'json'> | readonly SchemaIssue[],
): HttpError {
  const isKind = typeof found === 'string';
  const what = isKind ? unusableBodies[found] : `JSON that does not fit at ${placesOf(found.map(({ path }) => path))}`;
  const endpoint = `${request.method} ${new URL(request.url).pathname}`;
  const said = `${provider} answered ${endpoint} with ${status} and ${what}`;
  return new HttpError('bad_answer', cannot(request.purpose, said), {
    arrival: 'unknown',
    body: isKind ? found : 'json',
    provider,
    status,
    traceId: traceIdOf(headers),
  });
}
