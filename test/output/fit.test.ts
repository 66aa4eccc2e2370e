import { expect, test } from 'vitest';
import { fitWidths } from '../../src/output/table.ts';

const id = { natural: 36, minimum: 2, shrink: null };
const name = { natural: 30, minimum: 4, shrink: 1 };
const text = { natural: 50, minimum: 11, shrink: 5 };

test.each([
  ['everything fits', [id, name, text], 116, [36, 30, 50]],
  ['nothing limits', [id, name, text], Infinity, [36, 30, 50]],
  ['the least important gives way', [id, name, text], 100, [36, 30, 34]],
  ['then the next', [id, name, text], 70, [36, 23, 11]],
  ['ids stay whole when nothing is left to cut', [id, name, text], 20, [36, 8, 11]],
  ['equals share', [{ ...text, natural: 20 }, text], 40, [20, 20]],
  ['a short column is never widened', [{ ...text, natural: 3 }, text], 20, [3, 17]],
  ['there are no columns', [], 10, []],
])('%s', (_, columns, available, expected) => {
  expect(fitWidths(columns, available)).toEqual(expected);
});
