// How rows are printed.

import { plainText } from './budgets.js';

/** @import { Row } from './rows.js' */

/** @param {number} ratio */
function fixed(ratio) {
  return ratio.toFixed(2);
}

/**
 * On which machine it is, and what else that does.
 * @param {{ nodeVersion: string, platform: string, cpus: number, load: number, fileMs: number }} run
 */
export function startLine({ nodeVersion, platform, cpus, load, fileMs }) {
  const other = `of which other work takes ${load.toFixed(1)}`;
  return `Node ${nodeVersion}, ${platform}, ${cpus} CPUs, ${other}; a new file takes ${fileMs.toFixed(2)} ms\n`;
}

/** A comparison, in front of its rows. @param {{ name: string, work: string, than: string }} comparison */
export function headLine({ name, work, than }) {
  return `${name}: ${plainText(work)} / ${plainText(than)}\n`;
}

/** @param {Row} row */
export function rowLine({ measure, median, interval, budget, verdict, cpu }) {
  const range = interval === null ? '(too few rounds)' : `(${interval.map(fixed).join('-')})`;
  const cells = [
    `  ${measure}`.padEnd(18),
    `${fixed(median)} x`.padStart(7),
    range.padEnd(16),
    (cpu === null ? '' : `CPU ${fixed(cpu.median)} ${cpu.theirs === null ? 's' : 'x'}`).padEnd(10),
    budget === null ? 'for comparison' : `budget ${fixed(budget)} x  ${verdict}`,
  ];
  return `${cells.join('  ')}\n`;
}

/** What the words in the rows mean. */
export const legend = `
Each row is the median of ours / theirs, and in brackets where the true median is with 95 %.
within: all of that is in the budget.  OVER: all of it is above.  unsure: neither; measure again, on a quieter machine or in more rounds.
`;

/** A row that is over its budget, whatever the noise, fails the run. @param {readonly Row[]} rows */
export function exitCodeOf(rows) {
  return rows.some(({ verdict }) => verdict === 'OVER') ? 1 : 0;
}
