// @module-tag slow
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { mutantsOf, mutated, type Mutant } from './mutants.ts';
import { createRunner, type Runner } from './process.ts';
import { killedShare, reportOf } from './report.ts';
import { instrumented, siteAt, sitesOf } from './sites.ts';
import { tryMutant, type Verdict } from './trial.ts';

// Vitest runs a small project with a good and a bad suite, in a process of its own, as `npm run mutate` does with this one.

const code = `const table = new Map([['a', { size: 1 }], ['b', { size: 2 }]]);
const first = table.get('a')!.size;
export function isLarge(size: number): boolean {
  return size >= first + 9;
}
`;
const suites = {
  good: ["test('ten', () => expect(isLarge(10)).toBe(true));", "test('nine', () => expect(isLarge(9)).toBe(false));"],
  bad: ["test('any', () => expect(typeof isLarge(11)).toBe('boolean'));", "test('none', () => expect(1).toBe(1));"],
};

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
const mutants = mutantsOf('src/http/src.ts', code);

function named(change: string): Mutant {
  const found = mutants.find((mutant) => mutant.change === change);
  if (found === undefined) throw new Error(`no mutant ${change}`);
  return found;
}

// On Windows, paths of vite are others than ours.
describe.skipIf(process.platform === 'win32')('a trial', () => {
  let root = '';
  let program = '';
  let runner: Runner | undefined;

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'sactl-mutants-')));
    mkdirSync(join(packages, '.cache'), { recursive: true });
    program = mkdtempSync(join(packages, '.cache/sactl-mutants-'));
    await bundle(program);
    writeProject(root);
    runner = createRunner(join(program, 'runner.js'), { root, measure: null });
  });

  afterAll(() => {
    runner?.end();
    for (const folder of [root, program]) rmSync(folder, { recursive: true, force: true });
  });

  async function verdictOf(change: string, names: readonly string[], budgetMs = 1000): Promise<Verdict> {
    const tests = names.map((name) => ({ test: `${name}.test.ts`, ids: null, ms: 100 }));
    if (runner === undefined) throw new Error('no runner');
    return tryMutant(
      runner,
      { path: join(root, 'src.ts'), text: mutated(code, named(change)) },
      { root, tests, budgetMs },
    );
  }

  test('lets a mutant survive where the suite is bad, and not where it is good', async () => {
    expect(await verdictOf('>= → >', ['bad'])).toEqual({ kind: 'survived', by: 'tried 1 of 1 test files that run it' });
    expect(await verdictOf('>= → >', ['bad', 'good'])).toEqual({
      kind: 'killed',
      by: 'good.test.ts > ten: expected false to be true // Object.is equality',
    });
    // What one mutant did is gone when the next is tried.
    expect((await verdictOf('9 → 10', ['good'])).kind).toBe('killed');
    expect((await verdictOf('9 → 10', ['bad'])).kind).toBe('survived');
  });

  test('takes a mutant that cannot be loaded for invalid, and not for killed', async () => {
    expect(await verdictOf("['a', { size: 1 }], → nothing", ['good'])).toEqual({
      kind: 'invalid',
      by: "Cannot read properties of undefined (reading 'size')",
    });
  });

  test('runs the tests that were measured to run a place, and no other', async () => {
    const text = readFileSync(join(root, 'src.ts'), 'utf8');
    const sites = sitesOf('src.ts', text);
    const measuring = createRunner(join(program, 'runner.js'), {
      root,
      measure: {
        texts: { [join(root, 'src.ts')]: instrumented(text, sites, 0) },
        hits: fileURLToPath(new URL('hits.ts', import.meta.url)),
      },
    });
    const path = join(root, 'bad.test.ts');
    const answer = await measuring.ask({ change: null, tests: [{ path, ids: null }] }, 60_000);
    measuring.end();
    const inside = siteAt(sites, text.indexOf('return'));
    expect(answer).toMatchObject({ kind: 'passed', sites: [0], tests: [{ sites: [inside] }, { sites: [] }] });
    const [first] = answer?.tests ?? [];
    const again = await runner?.ask({ change: null, tests: [{ path, ids: [first?.id ?? ''] }] }, 60_000);
    expect(again?.tests.map(({ id }) => id)).toEqual([first?.id]);
  });

  test('ends where the tests have taken long enough', async () => {
    expect(await verdictOf('>= → >', ['bad', 'good'], 50)).toEqual({
      kind: 'survived',
      by: 'tried 1 of 2 test files that run it',
    });
  });

  test('lets a mutant survive that nothing runs', async () => {
    expect(await verdictOf('9 → 10', [])).toEqual({ kind: 'survived', by: 'run by no test' });
  });
});

async function bundle(folder: string): Promise<void> {
  const build = await rolldown({
    input: { runner: fileURLToPath(new URL('runner.ts', import.meta.url)) },
    platform: 'node',
    external: /^vitest/,
  });
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' });
  await build.close();
}

function writeProject(folder: string): void {
  symlinkSync(packages, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'src.ts'), code);
  for (const [name, tests] of Object.entries(suites)) {
    const lines = ["import { expect, test } from 'vitest';", "import { isLarge } from './src.ts';", ...tests];
    writeFileSync(join(folder, `${name}.test.ts`), lines.join('\n'));
  }
}

test('the report says what survived and why, and counts what is valid', () => {
  const [first = named('>= → >')] = mutants;
  const results = (['killed', 'killed', 'survived', 'invalid'] as const).map((kind) => ({
    mutant: { ...first, id: '00000000' },
    verdict: { kind, by: 'run by 2 test files' },
  }));
  expect(killedShare(results)).toBeCloseTo(66.7, 1);
  expect(killedShare([])).toBe(100);
  expect(reportOf(results, { rejected: 5, seconds: 60 })).toMatchInlineSnapshot(`
    "survived 00000000 src/http/src.ts:1 (row) ['a', { size: 1 }], → nothing: NOT EXPLAINED, run by 2 test files

                  drawn   killed survived  invalid  killed %
    delivery          0        0        0        0     100.0
    state             0        0        0        0     100.0
    http              4        2        1        1      66.7
    adapters          0        0        0        0     100.0
    all               4        2        1        1      66.7

    5 more do not compile and were not counted; 60 s
    "
  `);
});
