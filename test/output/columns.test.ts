import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parseSort, selectColumns, sortBy, type Column } from '../../src/output/columns.ts';

interface Row {
  readonly id: string;
  readonly age?: number | null;
  readonly old?: boolean;
  readonly groups?: readonly string[];
}

const columns: readonly Column<Row>[] = [
  { name: 'id', value: (row) => row.id },
  { name: 'age', value: (row) => row.age ?? null },
  { name: 'old', value: (row) => row.old ?? null, optional: true },
  { name: 'groups', value: (row) => row.groups ?? [], optional: true },
];

function names(selected: readonly Column<Row>[]): string[] {
  return selected.map(({ name }) => name);
}

describe('selectColumns', () => {
  test('leaves out optional columns without a choice', () => {
    expect(names(selectColumns(columns, null))).toEqual(['id', 'age']);
  });

  test('keeps the order of the choice', () => {
    const choice = { names: ['groups', 'id'], source: '--columns' };
    expect(names(selectColumns(columns, choice))).toEqual(['groups', 'id']);
  });

  test.each([
    ['AGE', 'age'],
    ['Last-Used', 'lastUsedAt'],
    ['lastusedat', 'lastUsedAt'],
    ['LAST USED', 'lastUsedAt'],
    ['last used at', 'lastUsedAt'],
    ['EXPIRES', 'expiresAt'],
    ['NAME', 'name'],
  ])('knows the name and the heading in any case: %s', (text, name) => {
    const all: readonly Column<Row>[] = [
      { name: 'scopeName', header: 'NAME', value: () => null },
      { name: 'name', value: () => null },
      { name: 'lastUsedAt', header: 'LAST USED', value: () => null },
      { name: 'expiresAt', header: 'EXPIRES', value: () => null },
      ...columns,
    ];
    expect(names(selectColumns(all, { names: [text], source: '--columns' }))).toEqual([name]);
    expect(parseSort(`-${text}`, all).column.name).toBe(name);
  });

  test('asks whether one that is near is meant', () => {
    expect(() => selectColumns(columns, { names: ['gruops', 'idd'], source: '--columns' })).toThrow(
      new UsageError([
        '--columns: there is no column "gruops"; did you mean groups?',
        '--columns: there is no column "idd"; the columns are id, age, old, groups',
      ]),
    );
    expect(() => parseSort('-Group', columns)).toThrow('--sort: there is no column "Group"; did you mean groups?');
  });

  test('names every unknown column and those there are', () => {
    const choice = { names: ['nope', 'id', 'a\nb'], source: '--columns' };
    expect(() => selectColumns(columns, choice)).toThrow(
      new UsageError([
        '--columns: there is no column "nope"; the columns are id, age, old, groups',
        '--columns: there is no column "a b"; the columns are id, age, old, groups',
      ]),
    );
  });

  test('refuses an empty choice', () => {
    expect(() => selectColumns(columns, { names: [], source: 'columns in x.yaml' })).toThrow(
      'columns in x.yaml names no column; the columns are id, age, old, groups',
    );
  });
});

describe('sorting', () => {
  const rows: readonly Row[] = [
    { id: 'b', age: 10, old: true, groups: ['x', 'b'] },
    { id: 'a', age: null, old: false, groups: ['x', 'a'] },
    { id: 'C', age: 9, groups: [] },
    { id: 'd', age: 10, old: false, groups: ['y'] },
  ];

  test.each([
    ['id', ['C', 'a', 'b', 'd']],
    ['-id', ['d', 'b', 'a', 'C']],
    ['age', ['C', 'b', 'd', 'a']],
    ['-age', ['b', 'd', 'C', 'a']],
    ['old', ['a', 'd', 'b', 'C']],
    ['-old', ['b', 'a', 'd', 'C']],
    ['groups', ['C', 'a', 'b', 'd']],
  ])('by %s puts null last and keeps the order of equals', (text, ids) => {
    expect(sortBy(rows, parseSort(text, columns)).map(({ id }) => id)).toEqual(ids);
  });

  test('leaves the rows it was given as they are', () => {
    sortBy(rows, parseSort('id', columns));
    expect(rows.map(({ id }) => id)).toEqual(['b', 'a', 'C', 'd']);
  });

  test.each(['nope', '-', '', '--id'])('by %j is a usage error', (text) => {
    expect(() => parseSort(text, columns)).toThrow(UsageError);
    expect(() => parseSort(text, columns)).toThrow(
      /^--sort: there is no column ".*"; the columns are id, age, old, groups$/,
    );
  });
});
