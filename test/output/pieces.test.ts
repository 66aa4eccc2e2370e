// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { embeddedJq, rawLines, runMessage, type JqEngine } from '../../src/output/jq.ts';
import { piecesFor } from '../../src/output/pieces.ts';
import { jsonForJq, prettyJson, prettyJsonPieces } from '../../src/output/serialize.ts';

const list = [1, 2, 3, 4, 5];

describe('a list is taken in parts', () => {
  it.each([
    '.[] | .id',
    '.[]|select(.a)',
    ' .[]\n| .a, .b',
    '.[].tags | keys',
    '.[].a.b | . as $x | $x',
    '.[] | .[] | .a',
    '.[] | [.a] | length',
  ])('by %j', (filter) => {
    expect([...piecesFor(filter, list, 4)]).toEqual(['[1,2]', '[3,4]', '[5]']);
    expect([...piecesFor(filter, list)]).toEqual(['[1,2,3,4,5]']);
    expect([...piecesFor(filter, [])]).toEqual([]);
  });

  it.each([
    'length',
    'sort_by(.a) | .[] | .a',
    '[.[] | .a]',
    '.[] |= .a',
    '.[] , .[0] | .a',
    '.[] as $x | $x',
    '.[] // 1 | .a',
    '.[] + 1 | .a',
    '.[0] | .a',
    '.[1:] | .a',
    '.["a"] | .b',
    '.[] | input',
    '.[] | [inputs] | length',
    '.[] | if .a then halt else .b end',
    '.[] | halt_error',
    '.[] | input_line_number',
    'first(.[] | .a)',
    '# .[] |\n.[0] | .a',
    '"\\(.[] | .a)"',
    'def f: 1; .[] | f',
  ])('but not by %j', (filter) => {
    expect([...piecesFor(filter, list, 4)]).toEqual(['[1,2,3,4,5]']);
  });

  it('nor is what is no list', () => {
    for (const value of [{ a: 1 }, null, 'x']) expect([...piecesFor('.[] | .a', value)]).toEqual([jsonForJq(value)]);
  });
});

const item = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.string(),
  fc.record({ a: fc.integer(), b: fc.array(fc.integer(), { maxLength: 3 }) }),
  fc.array(fc.integer(), { maxLength: 3 }),
);

const behind = fc.constantFrom(
  '.',
  '.a?',
  '.[]?',
  '.a?, .b?',
  'type',
  'select(type == "object") | .b[]',
  '. as $x | [$x, $x]',
  'def f: [.]; f | f',
  'try error catch .',
  'if type == "number" then . + 1 else empty end',
  'tojson, length?',
  'label $out | (.[]?, break $out)',
  'reduce (.[]?) as $i (0; . + 1)',
  'path(..)',
  'limit(1; .[]?)',
  '"\\(.)"',
  '.a',
  'first',
  '$__loc__',
  '[paths]',
  'error',
);

/** What is printed, or why it fails. */
async function outputOf(jq: JqEngine, filter: string, inputs: Iterable<string>): Promise<string> {
  const outputs: string[] = [];
  for (const input of inputs) {
    const { exitCode, stdout, stderr } = await jq.run({ filter, named: [] }, input);
    if (exitCode !== 0) return runMessage(stderr);
    outputs.push(rawLines(stdout));
  }
  return outputs.join('');
}

it('parts print and fail as the whole list does', async () => {
  const jq = embeddedJq((work) => work());
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 8 }),
      fc.array(behind, { minLength: 1, maxLength: 3 }),
      async (items, rest) => {
        const filter = `.[] | ${rest.join(' | ')}`;
        const whole = await outputOf(jq, filter, [jsonForJq(items)]);
        expect(await outputOf(jq, filter, piecesFor(filter, items, 10))).toBe(whole);
      },
    ),
    { numRuns: 200, seed: 20261130 },
  );
}, 60_000);

describe('indented JSON in pieces', () => {
  const long = Array.from({ length: 120 }, (_, index) => ({ id: index, note: '##[x]\u007F', deep: { list: [index] } }));

  it.each([
    [
      'of an object with long lists',
      { some: long, none: [], short: [1], 'a"[\u0085': long, left: undefined, last: { a: 1 } },
    ],
    ['of an object that is one long list', { some: long }],
    ['of a long list', long],
    ['of an object without one', { a: 1, b: [1, 2] }],
    ['of a text', 'text'],
  ])('is the same text %s', (_, value) => {
    expect([...prettyJsonPieces(value)].join('')).toBe(prettyJson(value));
  });
});
