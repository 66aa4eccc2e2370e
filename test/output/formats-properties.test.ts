import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { compactJson, csv, prettyJson, yaml } from '../../src/output/serialize.ts';
import { sheetOfValue } from '../../src/output/document.ts';
import { hostileText } from '../harness/hostile.ts';

const settings = { numRuns: 500, seed: 20261122 };

/** A reader that knows RFC 4180 and nothing else. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
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

const cell = hostileText().map((text) => text.replaceAll(/\p{Cs}/gu, ''));

test('csv of any text is RFC 4180, and every cell is exact', async () => {
  const size = fc.integer({ min: 2, max: 4 });
  const sheet = size.chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(sheet, async ([header = [], ...rows]) => {
      expect(readCsv(await csv({ header, rows }))).toEqual([header, ...rows]);
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
  fc.dictionary(cell, fc.oneof(cell, fc.constantFrom('yes', 'no', 'on', '1:20', '0o7', '~', 'null'))),
  fc.array(cell),
  fc.jsonValue(),
);

test('yaml is read back as the same data, by readers of 1.2 and of 1.1', async () => {
  await fc.assert(
    fc.asyncProperty(data, async (value) => {
      const plain: unknown = JSON.parse(compactJson(value));
      const text = await yaml(plain);
      expect(parse(text)).toEqual(plain);
      expect(parse(text, { version: '1.1' })).toEqual(plain);
      expect(text.endsWith('\n')).toBe(true);
    }),
    settings,
  );
});

test('JSON is read back as the same data, and compact JSON is one line', () => {
  fc.assert(
    fc.property(fc.oneof(data, hostileText()), (value) => {
      const plain: unknown = JSON.parse(compactJson(value));
      expect(JSON.parse(prettyJson(value))).toEqual(plain);
      expect(compactJson(value)).not.toMatch(/[\n\r]/);
    }),
    settings,
  );
});
