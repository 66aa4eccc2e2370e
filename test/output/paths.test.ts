import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeJson } from '../../src/model/text.ts';
import { Secret } from '../../src/model/credential.ts';
import { embeddedJq, rawLines } from '../../src/output/jq.ts';
import { jsonForJq } from '../../src/output/serialize.ts';
import { parsePath, queryPath } from '../../src/output/paths.ts';

function query(filter: string, value: unknown): string | null {
  const steps = parsePath(filter);
  if (steps === null) throw new Error(`${filter} is no path`);
  return queryPath(steps, value);
}

describe('a path', () => {
  const value = {
    a: { b: [10, { c: 'x\ny' }] },
    'x y': true,
    none: null,
    __proto: 1,
    steering: ['\u009B31m', '##[x]'],
  };

  test.each([
    ['.', `${safeJson(JSON.stringify(value))}\n`],
    ['.a.b', '[10,{"c":"x\\ny"}]\n'],
    ['.a.b[0]', '10\n'],
    ['.a["b"][1].c', 'x\ny\n'],
    ['.a.["b"].[1]["c"]', 'x\ny\n'],
    ['.a.b[7]', 'null\n'],
    ['.a.b[]', '10\n{"c":"x\\ny"}\n'],
    ['.["x y"]', 'true\n'],
    ['.none.deeper[3]["x"]', 'null\n'],
    ['.toString', 'null\n'],
    [' .a.b[00]\n', '10\n'],
    ['.steering', '["\\u009b31m","\\u0023#[x]"]\n'],
    ['.steering[0]', '\u009B31m\n'],
  ])('%s is read without jq', (filter, expected) => {
    expect(query(filter, value)).toBe(expected);
  });

  test.each([
    ['.a.b.c', value],
    ['.a[0]', value],
    ['.none[]', value],
    ['.[].c', value],
    ['.', 1e21],
    ['.', 1e-7],
    ['.', ['x', 1e21]],
    ['.a', { a: 'half \uD83D' }],
    ['.', { a: 'half \uD83D' }],
    ['.', undefined],
    ['.[]', [undefined]],
    ['.a', { a: new Secret('x') }],
    ['.a', { a: new Date(0) }],
  ])('%s leaves to jq what jq refuses or prints differently', (filter, strange) => {
    expect(query(filter, strange)).toBeNull();
  });
});

describe('only paths are paths', () => {
  test.each([
    ['', 'a', '..', '.a.', '. a', '.a?', '.a|.b', '.a,.b', '.[-1]', '.[1:2]', '.["a\\(1)"]', '.["a'],
    ['.é', '.a b', '.[a]', '.[ 0]', '.a::b', '.[1e3]', '.1', '.a #x', '."a"', '.[]?', '.[.]', '$x'],
  ])('%s …', (...filters) => {
    expect(filters.filter((filter) => parsePath(filter) !== null)).toEqual([]);
  });
});

/** A path that leads into `value`, one step for each pick; it ends early where there is nothing to step into. */
function pathInto(value: unknown, picks: readonly number[]): string {
  const [pick, ...rest] = picks;
  if (pick === undefined || typeof value !== 'object' || value === null) return '';
  const keys = Object.keys(value);
  const chosen = keys[pick % (keys.length + 1)];
  if (chosen === undefined) return `[]${pathInto(Object.values(value)[0], rest)}`;
  const inside = pathInto(Object.getOwnPropertyDescriptor(value, chosen)?.value, rest);
  return `${Array.isArray(value) ? `[${chosen}]` : `["${chosen}"]`}${inside}`;
}

describe('paths and jq', () => {
  const key = fc.constantFrom('a', 'b', 'x y', '__proto__', '0');
  const strange = fc.constantFrom(-0, 1e21, 1.5e-9, 'x\uD83D', '\u007F', ':1e-7,');
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      { weight: 8, arbitrary: fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.boolean()) },
      { weight: 1, arbitrary: strange },
      { weight: 4, arbitrary: fc.constantFrom(null, 0, '', 2 ** 53 + 2, 0.1) },
      { weight: 10, arbitrary: fc.array(tie('document'), { maxLength: 3 }) },
      { weight: 20, arbitrary: fc.dictionary(key, tie('document'), { maxKeys: 4 }) },
    ),
  }));
  const picks = fc.array(fc.nat({ max: 20 }), { maxLength: 4 });
  const beyond = fc.constantFrom('', '', '', '["nope"]', '[2]', '[]');

  test('agree on generated documents', async () => {
    const jq = embeddedJq((work) => work());
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(document, picks, beyond, async (value, chosen, last) => {
        const filter = `.${pathInto(value, chosen)}${last}`;
        const answer = query(filter, value);
        if (answer === null) return;
        answered += 1;
        const { stdout, exitCode } = await jq.run({ filter, named: [] }, jsonForJq(value));
        expect([answer, 0]).toEqual([rawLines(stdout), exitCode]);
      }),
      { numRuns: 300, seed: 20261122 },
    );
    expect(answered).toBeGreaterThan(100);
  }, 30_000);
});
