import { expect, test } from 'vitest';

import { listOf } from '../../src/model/text.ts';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j is listed as "%s"', (words, text) => {
  expect(listOf(words)).toBe(text);
});
