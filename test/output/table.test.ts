import { describe, expect, test } from 'vitest';

import type { Column } from '../../src/output/columns.ts';
import { detail, table } from '../../src/output/table.ts';
import { testStyle } from './support.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: string | null;
  readonly description: string | null;
}

const columns: readonly Column<Row>[] = [
  { name: 'id', value: (row) => row.id },
  { name: 'name', value: (row) => row.name, shrink: 1 },
  { name: 'expiresAt', value: (row) => row.expiresAt, isTime: true },
  { name: 'description', value: (row) => row.description, shrink: 5 },
];

const rows: readonly Row[] = [
  {
    id: 'c1f0a1de-0000-4000-8000-000000000001',
    name: 'ci-deploy',
    expiresAt: '2026-11-25T10:00:00Z',
    description: 'Deploys the inference services of the vision team from the main branch, every night',
  },
  {
    id: 'c1f0a1de-0000-4000-8000-000000000002',
    name: 'nightly-training-of-the-large-model',
    expiresAt: null,
    description: null,
  },
];

function lines(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

describe('a table', () => {
  test.each([
    [
      'at 80 columns, cutting the least important column first',
      80,
      [
        'ID                                    NAME               EXPIRES AT  DESCRIPTION',
        'c1f0a1de-0000-4000-8000-000000000001  ci-deploy          in 3 days   Deploys th…',
        'c1f0a1de-0000-4000-8000-000000000002  nightly-training…  -           -',
      ],
    ],
    [
      'at 120 columns',
      120,
      [
        'ID                                    NAME                                 EXPIRES AT  DESCRIPTION',
        'c1f0a1de-0000-4000-8000-000000000001  ci-deploy                            in 3 days   Deploys the inference services o…',
        'c1f0a1de-0000-4000-8000-000000000002  nightly-training-of-the-large-model  -           -',
      ],
    ],
    [
      'at 200 columns, whole',
      200,
      [
        'ID                                    NAME                                 EXPIRES AT  DESCRIPTION',
        'c1f0a1de-0000-4000-8000-000000000001  ci-deploy                            in 3 days   Deploys the inference services of the vision team from the main branch, every night',
        'c1f0a1de-0000-4000-8000-000000000002  nightly-training-of-the-large-model  -           -',
      ],
    ],
    [
      'in a pipe, whole and with exact times',
      undefined,
      [
        'ID                                    NAME                                 EXPIRES AT            DESCRIPTION',
        'c1f0a1de-0000-4000-8000-000000000001  ci-deploy                            2026-11-25T10:00:00Z  Deploys the inference services of the vision team from the main branch, every night',
        'c1f0a1de-0000-4000-8000-000000000002  nightly-training-of-the-large-model  -                     -',
      ],
    ],
    [
      'at 20 columns, keeping ids whole',
      20,
      [
        'ID                                    NAME      EXPIRES AT  DESCRIPTION',
        'c1f0a1de-0000-4000-8000-000000000001  ci-depl…  in 3 days   Deploys th…',
        'c1f0a1de-0000-4000-8000-000000000002  nightly…  -           -',
      ],
    ],
  ])('%s', async (_, width, expected) => {
    const style = testStyle(width === undefined ? {} : { width });
    expect(lines(await table({ rows, columns, style }))).toEqual(expected);
  });

  test('of no rows is no text', async () => {
    expect(await table({ rows: [], columns, style: testStyle() })).toBe('');
  });

  test('keeps its columns aligned under wide characters, emoji and combining marks', async () => {
    const texts = ['日本語', '👨‍👩‍👧 team', 'e\u0301te\u0301', 'plain'];
    const text = await table({
      rows: texts,
      columns: [
        { name: 'name', value: (row) => row },
        { name: 'x', value: () => '|' },
      ],
      style: testStyle(),
    });
    expect(lines(text)).toEqual(['NAME     X', '日本語   |', '👨‍👩‍👧 team  |', 'e\u0301te\u0301      |', 'plain    |']);
  });

  test('never cuts a character in two', async () => {
    const text = await table({
      rows: ['日本語日本語', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧'],
      columns: [{ name: 'name', value: (row) => row, shrink: 1 }],
      style: testStyle({ width: 8 }),
    });
    expect(lines(text)).toEqual(['NAME', '日本語…', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧…']);
  });

  test('makes hostile cells one harmless line', async () => {
    const hostile = ['\u001B[2J\u001B]0;x\u0007evil', 'a\nb', '::add-mask::x', '\u202Eabc', '\u0007'];
    const text = await table({ rows: hostile, columns: [{ name: 'name', value: (row) => row }], style: testStyle() });
    expect(lines(text)).toEqual(['NAME', 'evil', 'a b', ': :add-mask::x', 'abc', '-']);
  });

  test('paints header and cells without moving them', async () => {
    const text = await table({
      rows: ['on', 'off'],
      columns: [
        { name: 'status', value: (row) => row, tone: (row) => (row === 'on' ? 'good' : null) },
        { name: 'list', value: () => ['a', 'b'] },
        { name: 'flag', value: (row) => row === 'on' },
      ],
      style: testStyle({ width: 80, paint: (tone, painted) => `<${tone}>${painted}</>` }),
    });
    expect(lines(text)).toEqual([
      '<heading>STATUS</>  <heading>LIST</>  <heading>FLAG</>',
      '<good>on</>      a, b  true',
      'off     a, b  false',
    ]);
  });
});

describe('a detail', () => {
  const fields = [
    { label: 'Name', value: 'ci\u001B[2J-deploy' },
    { label: 'Expires', value: '2026-11-30T08:00:00Z', isTime: true, tone: 'warning' },
    { label: 'Groups', value: ['a', 'b'] },
    { label: 'Enabled', value: false },
    { label: 'Last used', value: null },
  ] as const;

  test('is aligned, exact in a pipe', () => {
    expect(lines(detail(fields, testStyle()))).toEqual([
      'Name:       ci-deploy',
      'Expires:    2026-11-30T08:00:00Z',
      'Groups:     a, b',
      'Enabled:    false',
      'Last used:  -',
    ]);
  });

  test('shows local times and colours on a terminal', () => {
    const style = testStyle({ width: 20, paint: (tone, text) => `<${tone}>${text}</>` });
    expect(lines(detail(fields, style))[1]).toBe('Expires:    <warning>2026-11-30 08:00 (in 8 days)</>');
  });

  test('never cuts a value', () => {
    const value = 'x'.repeat(500);
    expect(detail([{ label: 'Secret', value }], testStyle({ width: 40 }))).toBe(`Secret:  ${value}\n`);
  });

  test('of no fields is no text', () => {
    expect(detail([], testStyle())).toBe('');
  });
});
