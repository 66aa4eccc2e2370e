// What can be said of a ratio that was measured some times.

/**
 * @typedef {readonly [number, number]} Interval
 * @typedef {'within' | 'OVER' | 'unsure'} Verdict
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}

/**
 * Between which of the values the true median lies, with a probability of 95 % or more: so many of n values are below it as n
 * coins show heads, so of 15 values the 4th and the 12th are its bounds. Nothing is assumed of how the values are spread.
 * @param {readonly number[]} values
 * @returns {Interval | null} null of fewer than six values, which say too little
 */
export function medianInterval(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  let rank = 0;
  let probability = 2 ** -count;
  let tail = probability;
  while (tail <= 0.025) {
    rank += 1;
    probability *= (count - rank + 1) / rank;
    tail += probability;
  }
  const [low, high] = [sorted[rank - 1], sorted[count - rank]];
  return low === undefined || high === undefined ? null : [low, high];
}

/**
 * @param {Interval | null} interval
 * @param {number | null} budget
 * @returns {Verdict | null} null without a budget
 */
export function verdictOn(interval, budget) {
  if (budget === null) return null;
  if (interval === null) return 'unsure';
  if (interval[1] <= budget) return 'within';
  return interval[0] > budget ? 'OVER' : 'unsure';
}
