import { describe, expect, it } from 'vitest';

import { wrap } from '../../src/output/table.ts';

describe('text in lines', () => {
  it.each([
    ['stays as it is where it fits', 'one two', 7, ['one two']],
    ['is broken between words', 'one two three', 8, ['one two', 'three']],
    ['leaves a longer word whole', 'a verylongword b', 5, ['a', 'verylongword', 'b']],
    ['is one line where there is no terminal', 'one two three', Infinity, ['one two three']],
    ['is a line, too, when there is none', '', 5, ['']],
  ])('%s', (_, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});
