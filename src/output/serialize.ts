import type { ScalarTag } from 'yaml';

import { ExactNumber, jsonText } from '../model/exact-number.ts';
import { asFields, type Fields } from '../model/account.ts';
import { safeJson } from '../model/text.ts';
import type { Sheet } from './document.ts';

/** JSON as `--json` prints it: indented by two, one line end. Nothing in it steers a terminal or a runner. */
export function prettyJson(value: unknown): string {
  return `${safeJson(jsonText(value, 2))}\n`;
}

/**
 * The same text in pieces, of which a long list has many, and an object with long lists: as one it would take three times its
 * length in memory.
 */
export function prettyJsonPieces(value: unknown): Iterable<string> {
  if (isLong(value)) return prettyListPieces(value);
  const fields = asFields(value);
  return fields !== null && Object.values(fields).some(isLong) ? prettyObjectPieces(fields) : [prettyJson(value)];
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > partLength;
}

function* prettyObjectPieces(fields: Fields): Generator<string> {
  let before = '{';
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    yield before;
    if (isLong(value)) yield* fieldPieces(key, value);
    else yield safeAsWritten(jsonText({ [key]: value }, 2)).slice('{'.length, -'\n}'.length);
    before = ',';
  }
  yield '\n}\n';
}

function* fieldPieces(key: string, items: readonly unknown[]): Generator<string> {
  const opening = `\n  ${JSON.stringify(key)}: [`;
  const closing = '\n  ]';
  let before = safeAsWritten(opening);
  for (const part of partsOf(items, partLength)) {
    yield before;
    yield safeAsWritten(jsonText({ [key]: part }, 2).slice(`{${opening}`.length, -`${closing}\n}`.length));
    before = ',';
  }
  yield closing;
}

/**
 * Nothing is put together, because each copy of a long list takes as long as a third of its making: a part that is not the
 * first has the comma before it from an item that is cut off again.
 */
function* prettyListPieces(items: readonly unknown[]): Generator<string> {
  let isFirst = true;
  for (const part of partsOf(items, partLength)) {
    const text = safeAsWritten(jsonText(isFirst ? part : [0, ...part], 2));
    yield text.slice(isFirst ? 0 : '[\n  0'.length, -'\n]'.length);
    isFirst = false;
  }
  yield '\n]\n';
}

/** `safeJson` of what `JSON.stringify` wrote: it escapes every control but DEL, so that long text is found to be safe fast. */
function safeAsWritten(json: string): string {
  const isAscii = Buffer.byteLength(json) === json.length;
  return isAscii && !json.includes('\u007F') && !json.includes('##') ? json : safeJson(json);
}

/** How many items of a list become one piece of text: some 70 KB of accounts. V8 is slower with text of more than 128 KiB. */
const partLength = 50;

/** The same on one line, without a line end. */
export function compactJson(value: unknown): string {
  return safeJson(jsonText(value));
}

/** JSON for jq, which refuses the half surrogate pairs that JavaScript keeps: they become U+FFFD, as in UTF-8. */
export function jsonForJq(value: unknown): string {
  const text = jsonText(value);
  if (!text.includes(String.raw`\ud`)) return text;
  return text.replaceAll(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.startsWith(String.raw`\ud`) ? '\uFFFD' : escape,
  );
}

/** JSON on one line per item of a list, or on one line for anything else; in pieces. */
export function* ndjson(value: unknown): Generator<string> {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const part of partsOf(items, partLength)) yield part.map((item) => `${compactJson(item)}\n`).join('');
}

const exactNumberTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value: unknown) => value instanceof ExactNumber,
  resolve: (text: string) => new ExactNumber(text),
  stringify: ({ value }: { readonly value?: unknown }) => String(value),
} as const;

/** What a runner takes for a command at the start of a line, where YAML and CSV may put it. */
const runnerLine = /^[\s\u200C\u200D]*:[\u200C\u200D]*:/;
const inSomeLine = new RegExp(runnerLine, 'm');

const isPlainLine = /^[ -~]*$/;

/** Whether text would steer something where it is printed as it is. */
function isSteering(text: string): boolean {
  // Nearly all text is so.
  if (isPlainLine.test(text) && !text.includes('::') && !text.includes('##')) return false;
  return inSomeLine.test(text) || safeJson(text) !== text;
}

/** YAML has no pairs: https://yaml.org/spec/1.2.2/#57-escaped-characters */
function yamlEscape(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16);
  return character.length === 1 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/**
 * YAML 1.2 that YAML 1.1 parsers read alike: `yes` and times are quoted. Long lines stay whole; no aliases. Nothing in it
 * steers a terminal or a runner. It comes in pieces: as a whole, a long list would take more than twice the memory.
 */
export async function yaml(value: unknown): Promise<Iterable<string>> {
  const [{ stringify }, { stringifyString }] = await Promise.all([import('yaml'), import('yaml/util')]);
  /** Text that would steer something goes into double quotes, as a key would: on one line. */
  const steeringTag: ScalarTag = {
    tag: 'tag:yaml.org,2002:str',
    default: true,
    identify: (item) => typeof item === 'string' && isSteering(item),
    resolve: (text) => text,
    stringify: (item, context) => {
      const text = { value: String(item.value), type: 'QUOTE_DOUBLE' } as const;
      return safeJson(stringifyString(text, { ...context, implicitKey: true }), yamlEscape);
    },
  };
  function written(part: unknown): string {
    return stringify(part ?? null, {
      aliasDuplicateObjects: false,
      compat: 'yaml-1.1',
      customTags: (tags) => [steeringTag, exactNumberTag, ...tags],
      lineWidth: 0,
    });
  }
  const isList = Array.isArray(value) && value.length > 0;
  return isList ? textsOf(partsOf(value, partLength), written) : [written(value)];
}

function* textsOf<Part>(parts: Iterable<Part>, write: (part: Part) => string): Generator<string> {
  for (const part of parts) yield write(part);
}

/**
 * RFC 4180 CSV, but with LF at the end of lines unless `hasCrlf`, because shells take the CR for a part of the last cell: quotes where they are needed, a header row. Values are exact but for what would steer a
 * terminal or a runner, and line ends, which are written as in JSON, `\uXXXX`. A spreadsheet reads one that starts with `=` as
 * a formula, so such files have to be imported as text.
 */
export async function csv({ header, rows }: Sheet, { hasCrlf = false } = {}): Promise<Iterable<string>> {
  if (header.length === 0) return [];
  const { stringify } = await import('csv-stringify/sync');
  const form = { quoted_match: runnerLine, record_delimiter: hasCrlf ? '\r\n' : '\n' };
  function* pieces(): Generator<string> {
    yield stringify([header.map(csvCell)], form);
    for (const part of partsOf(rows, partLength))
      yield stringify(
        part.map((row) => row.map(csvCell)),
        form,
      );
  }
  return pieces();
}

function csvCell(text: string): string {
  const safe = safeJson(text);
  return safe.includes('\n') ? safe.replaceAll('\n', String.raw`\u000a`) : safe;
}

/** `items` in their order, in parts of `length`; the last may be shorter, and none is empty. */
export function* partsOf<Item>(items: Iterable<Item>, length: number): Generator<readonly Item[]> {
  let part: Item[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < length) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
