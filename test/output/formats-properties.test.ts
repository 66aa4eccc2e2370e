// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { compactJson, csv, ndjson, prettyJson, yaml } from '../../src/output/serialize.ts';
import { sheetOfValue } from '../../src/output/document.ts';
import { hostileText, runnerCommand, unprintable } from '../harness/hostile.ts';

const settings = { numRuns: 500, seed: 20261122 };

/** A reader that knows RFC 4180 and nothing else. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/y;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const [, quoted, bare = '', end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error(`no RFC 4180 at ${at}: ${JSON.stringify(text)}`);
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The lines of an output, in none of which anything steers a terminal or the runner of a job. */
function calmLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  for (const line of lines) {
    expect(line).not.toMatch(unprintable);
    expect(line).not.toMatch(runnerCommand);
  }
  return lines.slice(0, -1);
}

/** What a cell stands for. Text that looks like an escape is taken for one, too: csv has none of its own. */
function unescaped(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

test('csv of any text is RFC 4180 with a line for each row, and every cell can be read', async () => {
  const size = fc.integer({ min: 1, max: 4 });
  const sheet = size.chain((columns) =>
    fc.array(fc.array(hostileText(), { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(sheet, async ([header = [], ...rows]) => {
      const text = Array.from(await csv({ header, rows })).join('');
      expect(calmLines(text)).toHaveLength(rows.length + 1);
      expect(readCsv(text).map((row) => row.map(unescaped))).toEqual(
        [header, ...rows].map((row) => row.map(unescaped)),
      );
    }),
    settings,
  );
});

test('csv of any JSON has as many cells in each row as in its header', () => {
  const list = fc.array(fc.oneof(fc.dictionary(hostileText(), fc.jsonValue()), fc.jsonValue()), { maxLength: 4 });
  fc.assert(
    fc.property(list, (items) => {
      const { header, rows } = sheetOfValue(items);
      for (const row of rows) expect(row).toHaveLength(header.length);
      expect(new Set(header).size).toBe(header.length);
    }),
    settings,
  );
});

const data = fc.oneof(
  fc.dictionary(hostileText(), fc.oneof(hostileText(), fc.constantFrom('yes', 'no', 'on', '1:20', '0o7', '~', 'null'))),
  fc.array(hostileText()),
  fc.dictionary(hostileText(), fc.array(fc.dictionary(hostileText(), hostileText(), { maxKeys: 2 }), { maxLength: 2 })),
  hostileText(),
  fc.jsonValue(),
);

async function yamlText(value: unknown): Promise<string> {
  return Array.from(await yaml(value)).join('');
}

test('yaml is read back as the same data, by readers of 1.2 and of 1.1, and steers nothing', async () => {
  await fc.assert(
    fc.asyncProperty(data, async (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      const text = await yamlText(plain);
      expect(parse(text)).toEqual(plain);
      expect(parse(text, { version: '1.1' })).toEqual(plain);
      expect(text.endsWith('\n')).toBe(true);
      calmLines(text);
    }),
    settings,
  );
});

test('yaml of a list is that of its items, however many there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 5 }), async (items) => {
      const plain: readonly unknown[] = JSON.parse(JSON.stringify(items));
      const text = await yamlText(plain);
      expect((await Promise.all(plain.map((item) => yamlText([item])))).join('')).toBe(text);
      expect(await yamlText(Array.from({ length: 60 }, () => plain).flat())).toBe(text.repeat(60));
    }),
    { ...settings, numRuns: 25 },
  );
});

test('JSON in each form is read back as the same data, and steers nothing', () => {
  fc.assert(
    fc.property(data, (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(prettyJson(value))).toEqual(plain);
      expect(JSON.parse(compactJson(value))).toEqual(plain);
      calmLines(prettyJson(value));
      expect(calmLines(`${compactJson(value)}\n`)).toHaveLength(1);
      const lines = calmLines(Array.from(ndjson(value)).join('')).map((line): unknown => JSON.parse(line));
      expect(Array.isArray(value) ? lines : lines[0]).toEqual(plain);
    }),
    settings,
  );
});

test.each([
  ['\u001B[31m', String.raw`"\u001b[31m"`, String.raw`"\e[31m"`, String.raw`\u001b[31m`],
  ['a\u009B31m', String.raw`"a\u009b31m"`, String.raw`"a\u009b31m"`, String.raw`a\u009b31m`],
  ['\u007F', String.raw`"\u007f"`, String.raw`"\u007f"`, String.raw`\u007f`],
  ['\u202Egpj.x', String.raw`"\u202egpj.x"`, String.raw`"\u202egpj.x"`, String.raw`\u202egpj.x`],
  ['a\u2028b', String.raw`"a\u2028b"`, String.raw`"a\u2028b"`, String.raw`a\u2028b`],
  ['a\uD800', String.raw`"a\ud800"`, String.raw`"a\ud800"`, String.raw`a\ud800`],
  ['\u{E0041}', String.raw`"\udb40\udc41"`, String.raw`"\U000e0041"`, String.raw`\udb40\udc41`],
  ['##[error]x', String.raw`"\u0023#[error]x"`, String.raw`"\u0023#[error]x"`, String.raw`\u0023#[error]x`],
  ['a##vso[x]b', String.raw`"a\u0023#vso[x]b"`, String.raw`"a\u0023#vso[x]b"`, String.raw`a\u0023#vso[x]b`],
  ['#\u200D#[x', '"\\u0023\u200D#[x"', '"\\u0023\u200D#[x"', '\\u0023\u200D#[x'],
  ['::error::x', '"::error::x"', '"::error::x"', '"::error::x"'],
  ['\u200D:\u200C:x', '"\u200D:\u200C:x"', '"\u200D:\u200C:x"', '"\u200D:\u200C:x"'],
  [' ::x\na', String.raw`" ::x\na"`, String.raw`" ::x\na"`, String.raw`" ::x\u000aa"`],
  ['a\n::x', String.raw`"a\n::x"`, String.raw`"a\n::x"`, String.raw`a\u000a::x`],
  ['a\nb', String.raw`"a\nb"`, '|-\na\nb', String.raw`a\u000ab`],
  ['ä ## 👨‍👩‍👧 x::y # z', '"ä ## 👨‍👩‍👧 x::y # z"', '"ä ## 👨‍👩‍👧 x::y # z"', 'ä ## 👨‍👩‍👧 x::y # z'],
])('%j is written so that nothing obeys it', async (text, json, inYaml, cell) => {
  expect(compactJson(text)).toBe(json);
  expect(Array.from(await yaml(text))).toEqual([`${inYaml}\n`]);
  expect(Array.from(await csv({ header: [text], rows: [] }))).toEqual([`${cell}\n`]);
});
