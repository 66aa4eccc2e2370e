import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import { testsOf, type Coverage } from './coverage.ts';
import { instrumented, siteAt, sitesOf } from './sites.ts';

const text = `const limit = 3;
function f(a: number): string {
  if (a > limit) return 'many';
  for (const b of [a]) void b;
  const c = a > 0 ? g(a) : h();
  return c || String(a);
}
const g = (a: number) => a === 1 && 'one';
const h = () => ({ none: 'none' }).none;
const result = f(number);
`;
const sites = sitesOf('a.ts', text);

/** The text at the innermost site of a place. */
function around(part: string): string {
  const found = sites[siteAt(sites, text.indexOf(part))];
  return found === undefined ? '' : text.slice(found.start, found.end);
}

/** The sites that run, as their texts; the outermost is left out. */
function ran(number: number): readonly string[] {
  const seen = new Set<number>();
  const code = instrumented(text, sites, 100).replaceAll(/: (?:number|string)\b/g, '');
  runInNewContext(code, { number, sactlHit: (site: number) => seen.add(site - 100) });
  return [...seen].filter((site) => site !== 0).map((site) => text.slice(sites[site]?.start, sites[site]?.end));
}

describe('sites', () => {
  test.each([
    ['3;', text],
    ["'many'", "return 'many';"],
    ['a > limit', "if (a > limit) return 'many';"],
    ['void b', 'void b;'],
    ['g(a)', 'g(a)'],
    ["'one'", "'one'"],
    ["'none' }", "({ none: 'none' }).none"],
  ])('of %s is the innermost', (part, expected) => {
    expect(around(part)).toBe(expected);
  });

  test('say which of them run', () => {
    expect(ran(5)).toEqual(["if (a > limit) return 'many';", "return 'many';"]);
    expect(ran(1)).toEqual([
      "if (a > limit) return 'many';",
      'for (const b of [a]) void b;',
      'void b;',
      'const c = a > 0 ? g(a) : h();',
      'g(a)',
      "a === 1 && 'one'",
      "'one'",
      'return c || String(a);',
    ]);
    expect(ran(0)).not.toContain('g(a)');
    expect(ran(2)).toContain('String(a)');
  });
});

describe('the tests of a site', () => {
  const file = 'src/http/x.ts';
  const source = { file, hash: 'now' };
  const measured = {
    hash: '',
    sources: { [file]: 'now' },
    isSound: true,
    loadMs: 50,
    atLoad: { [file]: [0, 5] },
    tests: [
      { id: 'one', ms: 10, ran: { [file]: [7] } },
      { id: 'two', ms: 90, ran: { [file]: [8] } },
      { id: 'three', ms: 1, ran: { 'src/http/y.ts': [7] } },
    ],
  } as const;
  const coverage: Coverage = new Map([
    ['test/fleet/b.test.ts', { ...measured, loadMs: 20 }],
    ['test/fleet/c.test.ts', { ...measured, isSound: false, loadMs: 30 }],
    ['test/http/a.test.ts', measured],
  ]);

  test('are those that run it, those of its room first, then the quickest', () => {
    expect(testsOf(coverage, source, 7)).toEqual([
      { test: 'test/http/a.test.ts', ids: ['one'], ms: 160 },
      { test: 'test/fleet/b.test.ts', ids: ['one'], ms: 130 },
      { test: 'test/fleet/c.test.ts', ids: ['one'], ms: 140 },
    ]);
  });

  test('are all of a file that runs it while it is loaded, except those that fail anyway', () => {
    expect(testsOf(coverage, source, 5).map(({ ids }) => ids)).toEqual([null, null, ['one', 'two', 'three']]);
  });

  test('are those that run anything of a file that has changed since', () => {
    const changed = { file, hash: 'later' };
    expect(testsOf(coverage, changed, 9).map(({ ids }) => ids?.length)).toEqual([2, 2, 2]);
    expect(testsOf(coverage, changed, 0).map(({ ids }) => ids?.length)).toEqual([undefined, undefined, 3]);
  });

  test('are none where nothing runs it', () => {
    expect(testsOf(coverage, source, 9)).toEqual([]);
  });
});
