import { describe, expect, it } from 'vitest';

import { median, medianInterval, verdictOn } from '../../scripts/bench/verdict.js';

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => count - index);
}

describe('the interval of a median', () => {
  // The ranks that tables of the sign test have for 95 %.
  it.each([
    [6, [1, 6]],
    [8, [1, 8]],
    [9, [2, 8]],
    [15, [4, 12]],
    [30, [10, 21]],
    [100, [40, 61]],
  ])('of %i values is between the values of these ranks', (count, ranks) => {
    expect(medianInterval(upTo(count))).toEqual(ranks);
  });

  it.each([0, 1, 5])('of %i values cannot be told', (count) => {
    expect(medianInterval(upTo(count))).toBeNull();
  });
});

it('the median is the value in the middle, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

describe('the verdict', () => {
  it('is "within" or "OVER" only where all of the interval is', () => {
    expect(verdictOn([1, 1.2], 1.2)).toBe('within');
    expect(verdictOn([1, 1.21], 1.2)).toBe('unsure');
    expect(verdictOn([1.2, 1.3], 1.2)).toBe('unsure');
    expect(verdictOn([1.21, 1.3], 1.2)).toBe('OVER');
  });

  it('is "unsure" where nothing can be told, and none where there is no budget', () => {
    expect(verdictOn(null, 1.2)).toBe('unsure');
    expect(verdictOn([1, 1.2], null)).toBeNull();
  });
});
