import { isUtf8 } from 'node:buffer';

import { parseExactly } from '../model/exact-number.ts';
import { HttpError, type BodyKind } from './error.ts';
import type { AnswerHeaders, HttpAnswer, HttpRequest } from './request.ts';
import { cannot, traceIdOf } from './text.ts';

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
/** `E`; `e` is 0x20 more. */
const exponent = 0x45;

/** As many digits are kept whatever they are. */
const mostDigits = 15;

/** What the bytes of a JSON text tell before it is parsed. */
interface Survey {
  /** Whether it can be parsed without taking far more memory, time or stack than its length suggests. */
  readonly isModest: boolean;
  /** Whether a number may have more digits, or a larger exponent, than JavaScript's numbers keep. */
  readonly hasLongNumbers: boolean;
  /** Where commas between the outermost list's items are, one in each 128 KiB. */
  readonly commas: readonly number[];
}

/** Lists are parsed in pieces that are a little longer, in bytes. */
const pieceLength = 128 * 1024;

export function survey(bytes: Uint8Array): Survey {
  let depth = 0;
  let values = 0;
  let hasLongNumbers = false;
  const commas: number[] = [];
  let nextPiece = pieceLength;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === comma) {
      values += 1;
      if (depth === 1 && at >= nextPiece) {
        commas.push(at);
        nextPiece = at + pieceLength;
      }
    } else if ((byte | aside) === open) {
      depth += 1;
      values += 1;
      if (depth > deepest) return { isModest: false, hasLongNumbers, commas };
    } else if ((byte | aside) === close) depth -= 1;
    else if (byte >= zero && byte <= nine) {
      const end = endOfDigits(bytes, at);
      hasLongNumbers ||= end - at > mostDigits || bytes[end] === exponent || bytes[end] === exponent + 0x20;
      at = end - 1;
    }
  }
  return { isModest: values <= mostValues, hasLongNumbers, commas };
}

/** The closing quote of the text that begins at `start`. Most texts are so short that a call of `indexOf` takes longer. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== quote) end += bytes[end] === backslash ? 2 : 1;
  return end;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  for (let byte = bytes[end] ?? 0; (byte >= zero && byte <= nine) || byte === dot; byte = bytes[end] ?? 0) end += 1;
  return end;
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
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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

/**
 * The items of a 2xx answer whose body is a list. A long one is parsed in pieces, one after the other, so that what is made
 * of an item and dropped again takes no memory for long. What is wrong with an answer may show only at its end: nothing may
 * be done with an item before the last one was read.
 * @throws HttpError as `readJson`
 */
export function* readItems(answer: HttpAnswer, list: Schema<readonly unknown[]>, answered: Answered): Generator {
  const pieces = piecesOf(answer.bytes);
  if (pieces === null) {
    yield* readJson(answer, list, answered);
    return;
  }
  for (const items of pieces) {
    // Nothing between two commas is no item.
    if (items === null || items.length === 0) throw badAnswer(answer, answered, brokenKind(answer.headers));
    yield* items;
  }
}

/**
 * The pieces of a list that is long enough to have several, null for a piece that is no list; null for anything else. If
 * every piece is a list, then so is the whole, of the same items.
 */
function piecesOf(bytes: Uint8Array): Generator<readonly unknown[] | null> | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = listStart(buffer);
  const end = listEnd(buffer);
  if (start === -1 || end === -1 || !isUtf8(buffer)) return null;
  const { isModest, hasLongNumbers, commas } = survey(buffer);
  if (!isModest || commas.length === 0) return null;
  function* pieces(): Generator<readonly unknown[] | null> {
    let from = start + 1;
    for (const to of [...commas, end]) {
      yield parseItems(`[${buffer.toString('utf8', from, to)}]`, hasLongNumbers);
      from = to + 1;
    }
  }
  return pieces();
}

/** Null for a text that is no list. The parser's error is dropped, because it quotes the text. */
function parseItems(text: string, isExact: boolean): readonly unknown[] | null {
  try {
    const items: unknown = isExact ? parseExactly(text) : JSON.parse(text);
    return Array.isArray(items) ? items : null;
  } catch {
    return null;
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
  const what = isKind ? unusableBodies[found] : `JSON that does not fit at ${placesOf(found)}`;
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

const mostPlaces = 5;

/** Where a value does not fit, e.g. `[3].metadata.id and 2 more places`. */
function placesOf(issues: readonly SchemaIssue[]): string {
  const places = Array.from(new Set(issues.map(({ path }) => placeOf(path))));
  const shown = places.slice(0, mostPlaces).join(', ');
  const left = places.length - mostPlaces;
  return left > 0 ? `${shown} and ${left} more places` : shown;
}

/** e.g. `items[3].metadata.id`. A key that does not look like a name may be data, and shows as `*`. */
export function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return typeof key === 'string' && /^[A-Za-z_][\w-]{0,39}$/.test(key) ? `.${key}` : '.*';
    })
    .join('')
    .replace(/^\./, '');
  return place === '' ? 'its top' : place;
}
