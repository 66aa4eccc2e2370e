import fc from 'fast-check';
import { expect, test } from 'vitest';

import { jsonErrorOffset } from '../../src/config/parse.ts';

test('valid JSON has no offset before its end', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(jsonErrorOffset(text)).toBe(text.length);
    }),
  );
});

test.each([
  ['', 0],
  ['{', 1],
  ['[1,]', 3],
  ['[1 2]', 3],
  ['[}', 1],
  ['{"a" 1}', 5],
  ['{"a":1 "b":2}', 7],
  ['{1:2}', 1],
  ['{"a":1}}', 7],
  ['"a', 0],
  ['"a\nb"', 0],
  ['"\\x"', 0],
  ['01', 1],
  ['// no', 0],
  ['nul', 0],
  ['\u00a01', 0],
])('%j goes wrong at %i', (text, offset) => {
  expect(() => {
    JSON.parse(text);
  }).toThrow(SyntaxError);
  expect(jsonErrorOffset(text)).toBe(offset);
});
