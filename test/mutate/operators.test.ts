import { describe, expect, test } from 'vitest';

import { draw, folderNames, folderOf } from './draw.ts';
import { mutated, mutantsOf } from './mutants.ts';
import { operators, type OperatorName } from './operators.ts';

/** What each operator makes of a piece of code. */
const changes: readonly (readonly [OperatorName, string, readonly string[]])[] = [
  ['condition', 'if (a && b) c();', ['if (!(a && b)) c();', 'if (false) c();', 'if (true) c();']],
  ['condition', 'x = a === b ? 1 : 2;', ['x = false ? 1 : 2;', 'x = true ? 1 : 2;']],
  ['condition', 'while (left()) go();', ['while (!(left())) go();', 'while (false) go();']],
  ['condition', 'for (;;) go();', []],
  ['not', 'if (!(a || b)) c();', ['if ((a || b)) c();']],
  ['comparison', 'x = a < b;', ['x = a <= b;']],
  ['comparison', 'x = a >= (b);', ['x = a > (b);']],
  ['comparison', "x = '===' !== b;", ["x = '===' === b;"]],
  ['comparison', "x = 'a' in b;", []],
  ['arithmetic', 'x = a + b * c;', ['x = a - b * c;', 'x = a + b / c;']],
  ['logic', 'x = (a || b) && c;', ['x = (a || b) || c;', 'x = (a && b) && c;']],
  ['fallback', 'x = a?.b ?? c;', ['x = c;', 'x = (a?.b)!;']],
  ['boolean', 'x = { a: true };', ['x = { a: false };']],
  ['number', 'x = 500;', ['x = 501;', 'x = (499);']],
  ['number', 'x = 30_000;', ['x = 60000;', 'x = (15000);']],
  [
    'code',
    "x = { 'bad-key': 'bad_answer', y: 'ECONNRESET' };",
    ["x = { 'bad-key': '', y: 'ECONNRESET' };", "x = { 'bad-key': 'bad_answer', y: '' };"],
  ],
  ['code', "throw new Error('a sentence');", []],
  [
    'statement',
    'f(); await g(); a = 1; let b = h();',
    [' await g(); a = 1; let b = h();', 'f();  a = 1; let b = h();', 'f(); await g();  let b = h();'],
  ],
  ['statement', 'if (a) f();', ['if (a) {}']],
  ['statement', 'class A extends B { constructor() { super(); } }', []],
  [
    'return',
    '() => { return a; };',
    ['() => { return null; };', '() => { return undefined; };', '() => { return []; };'],
  ],
  ['return', '() => { return null; };', ['() => { return []; };']],
  ['return', '() => a && b < c;', ['() => true;', '() => false;']],
  ['return', '() => ({ a });', ['() => (null);', '() => (undefined);', '() => ([]);']],
  [
    'row',
    "x = new Set(['a', 'b', 'c']);",
    ["x = new Set(['b', 'c']);", "x = new Set(['a', 'c']);", "x = new Set(['a', 'b', ]);"],
  ],
  ['row', 'x = [{ a }, { b }];', ['x = [{ b }];', 'x = [{ a }, ];', 'x = [{ b }, { a }];']],
  ['row', 'x = [a];', []],
  [
    'call',
    'x = a.some(b) || Math.max(c, d);',
    ['x = a.every(b) || Math.max(c, d);', 'x = a.some(b) || Math.min(c, d);'],
  ],
  ['call', 'x = a.toString();', []],
];

describe('operators', () => {
  test('are all shown', () => {
    expect([...new Set(changes.map(([name]) => name))].toSorted()).toEqual(Object.keys(operators).toSorted());
  });

  test.each(changes)('%s: %s', (name, text, expected) => {
    const found = mutantsOf('a.ts', text).filter(({ operator }) => operator === name);
    const texts = found.map((mutant) => mutated(text, mutant));
    expect(texts).toEqual(expected);
  });

  test('leave types, imports and optional chains alone', () => {
    const text =
      "import a from 'bad_name'; type B = 'bad_type' | 1 | true; interface C { d: 'e' }; export const f: B = a?.b;";
    expect(mutantsOf('a.ts', text)).toEqual([]);
  });
});

describe('mutants', () => {
  const text = 'export const a = 1;\nexport const b = 1;\n';

  test('have an id each, their line, and what is changed', () => {
    const mutants = mutantsOf('src/http/x.ts', text);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(4);
    expect(mutants.map(({ line, change }) => [line, change])).toEqual([
      [1, '1 → 2'],
      [1, '1 → (0)'],
      [2, '1 → 2'],
      [2, '1 → (0)'],
    ]);
  });

  test('keep their ids when something else changes', () => {
    const [first] = mutantsOf('src/http/x.ts', text);
    const later = mutantsOf('src/http/x.ts', `export const z = true;\n\n${text.replace('b = 1', 'b = 3')}`);
    expect(later.map(({ id, line }) => [id, line])).toContainEqual([first?.id, 3]);
  });
});

describe('the draw', () => {
  const code = 'export const x = 1 + 2 * 3 - 4;\n';
  const all = ['src/delivery/a.ts', 'src/state/store/b.ts', 'src/http/c.ts', 'src/providers/answers.ts'].flatMap(
    (file) => mutantsOf(file, code),
  );
  function ids(seed: string, from = all): readonly string[] {
    return draw(from, { seed, count: 8, compiles: () => true }).mutants.map(({ id }) => id);
  }

  test('follows from the seed', () => {
    expect(ids('1')).toEqual(ids('1', all.toReversed()));
    expect(ids('1')).not.toEqual(ids('2'));
  });

  test('takes as many of each folder, and leaves what does not compile', () => {
    const { mutants, rejected } = draw(all, {
      seed: '1',
      count: 12,
      compiles: ({ operator }) => operator === 'number',
    });
    expect(mutants).toHaveLength(12);
    expect(mutants.every(({ operator }) => operator === 'number')).toBe(true);
    expect(rejected).toBeGreaterThan(0);
    for (const folder of folderNames) {
      expect(mutants.filter(({ file }) => folderOf(file) === folder)).toHaveLength(3);
    }
  });

  test('gives the share of a folder that has no more to the others', () => {
    const few = all.filter(({ file }) => !file.startsWith('src/http/'));
    expect(ids('1', few)).toHaveLength(8);
  });

  test.each([
    ['src/delivery/life.ts', 'delivery'],
    ['src/delivery/targets/file.ts', null],
    ['src/http/undici.d.ts', null],
    ['src/providers/nscale/rotate.ts', 'adapters'],
    ['src/output/table.ts', null],
  ])('counts %s for %s', (file, folder) => {
    expect(folderOf(file)).toBe(folder);
  });
});
