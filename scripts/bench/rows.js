// From what was measured to rows with a verdict.
import { budgetsIn, mostOf, plainText } from './budgets.js';
import { median, medianInterval, verdictOn } from './verdict.js';

/** @import { Comparison, Unit } from './budgets.js' */
/** @import { Cost, Samples } from './measure.js' */
/** @import { Interval, Verdict } from './verdict.js' */

/**
 * @typedef {object} Row
 * @property {string} name of its comparison
 * @property {string} work
 * @property {string} than
 * @property {Unit | `growth of ${Unit}`} measure
 * @property {'seconds' | 'kilobytes' | 'ratio'} unit of `ours` and `theirs`
 * @property {readonly number[]} ours of each round
 * @property {readonly number[]} theirs
 * @property {readonly number[]} ratios
 * @property {number} median of the ratios
 * @property {Interval | null} interval in which the true median is with 95 %
 * @property {number | null} budget
 * @property {Verdict | null} verdict
 * @property {CpuTime | null} cpu beside the time of the whole command, where it could be measured
 */

/**
 * @typedef {object} CpuTime
 * @property {readonly number[]} ours seconds
 * @property {readonly number[] | null} theirs null where they were not measured
 * @property {number} median of the ratios, or of our seconds where there is nothing else
 */

/** @type {Readonly<Record<Unit, 'seconds' | 'kilobytes'>>} */
const unitsOf = { time: 'seconds', rotating: 'seconds', memory: 'kilobytes' };

/** @param {Samples} samples @param {keyof Cost} kind */
function valuesOf(samples, kind) {
  const [ours, theirs] = [samples.ours.map((cost) => cost[kind]), samples.theirs.map((cost) => cost[kind])];
  return { ours, theirs, ratios: quotients(ours, theirs) };
}

/** @param {readonly number[]} above @param {readonly number[]} below */
function quotients(above, below) {
  return above.map((value, index) => value / (below[index] ?? Number.NaN));
}

/** @param {Samples} samples @returns {CpuTime | null} */
function cpuTimeOf(samples) {
  const { ours, theirs, ratios } = valuesOf(samples, 'cpu');
  if (ours.some(Number.isNaN)) return null;
  if (theirs.some(Number.isNaN)) return { ours, theirs: null, median: median(ours) };
  return { ours, theirs, median: median(ratios) };
}

/** @param {Omit<Row, 'ratios' | 'median' | 'interval' | 'verdict'>} row @returns {Row} */
function judged(row) {
  const ratios = quotients(row.ours, row.theirs);
  const interval = medianInterval(ratios);
  return { ...row, ratios, median: median(ratios), interval, verdict: verdictOn(interval, row.budget) };
}

/**
 * @param {Comparison} comparison
 * @param {Samples} samples
 * @param {string} nodeVersion
 * @returns {Row[]} one for each budget
 */
export function rowsOf(comparison, samples, nodeVersion) {
  const { name, work, than } = comparison;
  return budgetsIn(mostOf(comparison, nodeVersion)).map(({ unit: measure, budget }) => {
    const cpu = measure === 'time' ? cpuTimeOf(samples) : null;
    const { ours, theirs } = valuesOf(samples, measure);
    const about = { work: plainText(work), than: plainText(than) };
    return judged({ name, ...about, measure, unit: unitsOf[measure], ours, theirs, budget, cpu });
  });
}

/**
 * How the ratios of a comparison differ from those of a smaller one of the same kind.
 * @param {Comparison} comparison
 * @param {{ samples: Samples, smaller: Samples }} options
 * @returns {Row[]}
 */
export function growthRowsOf({ name, work, growsFrom, growth = {} }, { samples, smaller }) {
  return budgetsIn(growth).map(({ unit, budget }) => {
    const [{ ratios: ours }, { ratios: theirs }] = [valuesOf(samples, unit), valuesOf(smaller, unit)];
    const about = { work: plainText(work), than: `the same of ${growsFrom}` };
    return judged({ name, ...about, measure: `growth of ${unit}`, unit: 'ratio', ours, theirs, budget, cpu: null });
  });
}
