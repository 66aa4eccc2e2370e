import { describe, expect, test } from 'vitest';

import { selectColumns, type Column } from '../../src/output/columns.ts';
import { listDocument } from '../../src/output/document.ts';
import { table } from '../../src/output/table.ts';
import { testStyle } from './support.ts';

interface Row {
  readonly name: string;
  readonly used: string | null;
  readonly made: string | null;
}

const name: Column<Row> = { name: 'name', value: (row) => row.name };
const used: Column<Row> = { name: 'used', value: (row) => row.used };
const made: Column<Row> = { name: 'made', value: (row) => row.made };

const full: readonly Row[] = [
  { name: 'aaaa', used: 'uuuuuuuu', made: 'mmmmmmmm' },
  { name: 'bbbb', used: null, made: null },
];
const unused: readonly Row[] = [
  { name: 'aaaa', used: null, made: 'mmmmmmmm' },
  { name: 'bbbb', used: null, made: null },
];

async function headings(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width?: number,
): Promise<readonly string[]> {
  const style = testStyle(width === undefined ? {} : { width });
  const [first = ''] = (await table({ rows, columns, style })).split('\n');
  return first.trim() === '' ? [] : first.trim().split(/ +/);
}

/** All three need 24 columns, two of them 14. */
describe('a column that hides when it is empty', () => {
  const columns = [name, { ...used, hideEmpty: true }, made];

  test.each([
    ['is shown where one row has a value', full, ['NAME', 'USED', 'MADE']],
    ['is left out where none has', unused, ['NAME', 'MADE']],
  ])('%s', async (_, rows, expected) => {
    expect(await headings(rows, columns)).toEqual(expected);
  });

  test.each([
    ['an empty text', ''],
    ['an empty list', []],
    ['null', null],
  ])('counts %s as empty', async (_, value) => {
    const column = { ...used, value: () => value, hideEmpty: true };
    expect(await headings(full, [name, column])).toEqual(['NAME']);
  });

  test.each([
    ['false', false],
    ['zero', 0],
  ])('does not count %s as empty', async (_, value) => {
    const column = { ...used, value: () => value, hideEmpty: true };
    expect(await headings(full, [name, column])).toEqual(['NAME', 'USED']);
  });

  test('leaves no text at all where it was the only one', async () => {
    expect(await table({ rows: unused, columns: columns.slice(1, 2), style: testStyle() })).toBe('');
  });
});

describe('a spare column', () => {
  const columns = [name, { ...used, spare: 1 }, made];

  test.each([
    ['is shown in a pipe', undefined, ['NAME', 'USED', 'MADE']],
    ['is shown where all just fit', 24, ['NAME', 'USED', 'MADE']],
    ['is left out where one column is missing', 23, ['NAME', 'MADE']],
    ['is left out alone, however narrow it is', 5, ['NAME', 'MADE']],
  ])('%s', async (_, width, expected) => {
    expect(await headings(full, columns, width)).toEqual(expected);
  });

  test('goes before others are cut', async () => {
    const long = { ...name, shrink: 1 };
    const rows = [{ name: 'n'.repeat(14), used: 'uuuuuuuu', made: 'mmmmmmmm' }];
    const text = await table({ rows, columns: [long, ...columns.slice(1)], style: testStyle({ width: 24 }) });
    expect(text).toBe(`NAME            MADE\n${'n'.repeat(14)}  mmmmmmmm\n`);
  });

  test('is one of several: the last goes first, and only as many as need be', async () => {
    const spares = [name, { ...used, spare: 1 }, { ...made, spare: 1 }];
    expect(await headings(full, spares, 23)).toEqual(['NAME', 'USED']);
    expect(await headings(full, spares, 13)).toEqual(['NAME']);
  });
});

describe('a column that is both', () => {
  const columns = [name, { ...used, spare: 1, hideEmpty: true }, made];

  test.each([
    ['is shown with a value and room', full, 24, ['NAME', 'USED', 'MADE']],
    ['is left out without a value, whatever the room', unused, 100, ['NAME', 'MADE']],
    ['is left out without room', full, 23, ['NAME', 'MADE']],
    ['is left out with neither', unused, 5, ['NAME', 'MADE']],
  ])('%s', async (_, rows, width, expected) => {
    expect(await headings(rows, columns, width)).toEqual(expected);
  });

  test('that is empty takes no room from another spare one', async () => {
    const spares = [name, { ...used, hideEmpty: true }, { ...made, spare: 1 }];
    expect(await headings(unused, spares, 14)).toEqual(['NAME', 'MADE']);
  });

  test.each([
    ['with a value', full, 100],
    ['without a value', unused, 100],
    ['without room', full, 5],
    ['with neither', unused, 5],
  ])('stays where it is asked for, %s', async (_, rows, width) => {
    const chosen = selectColumns(columns, { names: ['used', 'name'], source: '--columns' });
    expect(await headings(rows, chosen, width)).toEqual(['USED', 'NAME']);
  });

  test('is always in csv, whose columns do not depend on the rows', () => {
    const sheet = listDocument({ rows: unused, columns: selectColumns(columns, null) }).sheet?.();
    expect(sheet?.header).toEqual(['name', 'used', 'made']);
  });
});
