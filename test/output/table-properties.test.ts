// @module-tag slow
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test, vi } from 'vitest';

import type { Column } from '../../src/output/columns.ts';
import { detail, table } from '../../src/output/table.ts';
import { hostileText, runnerCommand, unprintable } from '../harness/hostile.ts';
import { testStyle } from './support.ts';

interface Row {
  readonly name: string;
  readonly groups: readonly string[];
  readonly expiresAt: string | null;
  readonly id: string;
}

const columns: readonly Column<Row>[] = [
  { name: 'name', value: ({ name }) => name, shrink: 1 },
  { name: 'groups', value: ({ groups }) => groups, shrink: 4 },
  { name: 'expiresAt', value: ({ expiresAt }) => expiresAt, isTime: true, shrink: 3 },
  { name: 'id', value: ({ id }) => id },
];

const row: fc.Arbitrary<Row> = fc.record({
  name: hostileText(),
  groups: fc.array(hostileText(), { maxLength: 3 }),
  expiresAt: fc.option(hostileText()),
  id: hostileText(),
});
const rows = fc.array(row, { minLength: 1, maxLength: 4 });
const width = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant(undefined));
const settings = { numRuns: 400, seed: 20261122 };

/** The columns that are never cut are as narrow as 8, so that this much is needed in any case. */
function leastWidth(all: readonly Row[]): number {
  const ids = all.map(({ id }) => stringWidth(id) + 1);
  return 3 * ('EXPIRES AT'.length + 2) + Math.max('ID'.length, ...ids);
}

async function linesOf(all: readonly Row[], columnCount: number | undefined): Promise<string[]> {
  const style = columnCount === undefined ? testStyle() : testStyle({ width: columnCount });
  const text = await table({ rows: all, columns, style });
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

test('a table of any text has one line for each row, and none steers anything', async () => {
  await fc.assert(
    fc.asyncProperty(rows, width, async (all, columnCount) => {
      const lines = await linesOf(all, columnCount);
      expect(lines).toHaveLength(all.length + 1);
      for (const line of lines) {
        expect(line).not.toMatch(unprintable);
        expect(line).not.toMatch(runnerCommand);
      }
    }),
    settings,
  );
});

test('its lines fit, unless what is never cut is longer', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 120 }), async (all, columnCount) => {
      const lines = await linesOf(all, columnCount);
      const most = Math.max(columnCount, leastWidth(all));
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(most);
    }),
    settings,
  );
});

test('its columns begin at the same place on the screen in every line', async () => {
  await fc.assert(
    fc.asyncProperty(rows, width, async (all, columnCount) => {
      const marked = all.map((each, at) => ({ ...each, id: `id-${at}` }));
      const [heading = '', ...lines] = await linesOf(marked, columnCount);
      const start = stringWidth(heading.slice(0, heading.lastIndexOf('ID')));
      for (const [at, line] of lines.entries()) {
        expect(stringWidth(line.slice(0, line.lastIndexOf(`id-${at}`)))).toBe(start);
      }
    }),
    settings,
  );
});

test('a list of fields of any text has one line for each, and none steers anything', () => {
  fc.assert(
    fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 5 }), (values) => {
      const fields = values.map((value, at) => ({ label: `Field ${at}`, value, isTime: at === 1 }));
      const lines = detail(fields, testStyle({ width: 80 }))
        .slice(0, -1)
        .split('\n');
      expect(lines).toHaveLength(values.length);
      for (const line of lines) expect(line).not.toMatch(unprintable);
    }),
    settings,
  );
});

test.each(['x', '😀'])('a cell of 50,000 times %j is taken apart in short pieces', async (unit) => {
  // Node's time to take a text apart grows with the square of its length.
  const segment = vi.spyOn(Intl.Segmenter.prototype, 'segment');
  const name = unit.repeat(50_000);
  const [, line = ''] = await linesOf([{ name, groups: [name], expiresAt: name, id: 'a' }], 80);
  const lengths = segment.mock.calls.map(([text]) => text.length);
  expect(Math.max(...lengths)).toBeLessThan(2000);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(5 * name.length);
  expect(stringWidth(line)).toBeLessThanOrEqual(80);
});
