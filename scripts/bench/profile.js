// Sums up CPU profiles of V8: which functions of the source the time went to.

/**
 * @typedef {{ functionName: string, url: string, lineNumber: number, columnNumber: number }} Frame lines and columns from 0
 * @typedef {{ id: number, callFrame: Frame, positionTicks?: readonly { line: number, ticks: number }[] }} ProfileNode how
 *   many samples were taken in each line, from 1
 * @typedef {{ nodes: readonly ProfileNode[], samples: readonly number[], timeDeltas: readonly number[] }} Profile the node of
 *   each sample, and the microseconds before it
 * @typedef {{ what: string, where: string | null, milliseconds: number, share: number }} Part `where` is null of what is no
 *   function, e.g. the garbage collector; the share is of 1
 * @typedef {{ milliseconds: number, parts: readonly Part[] }} Summary without waiting
 * @typedef {(file: string, line: number, column: number) => string} Locate from a place in a bundled file to a file of the source
 */

/** @type {ReadonlySet<string>} */
const compiling = new Set(['wrapSafe', 'internalCompileFunction', 'compileFunction', 'compileFunctionForCJSLoader']);

/** @param {Frame} frame */
function isLoader({ url }) {
  return /^node:internal\/(?:modules|bootstrap|per_context|process\/pre_execution|main)/.test(url);
}

/** @param {ProfileNode} node */
function isTopLevel({ callFrame: { functionName, lineNumber } }) {
  return functionName === '' && lineNumber === 0;
}

/**
 * Where the samples of a node were taken: the top level of a bundled file is of many files of the source.
 * @param {ProfileNode} node
 * @param {Locate} locate
 * @returns {readonly { what: string, where: string | null, weight: number }[]} the weights add up to 1
 */
function placesOf(node, locate) {
  const { functionName, url, lineNumber, columnNumber } = node.callFrame;
  if (compiling.has(functionName)) return [{ what: '(compiling of files)', where: null, weight: 1 }];
  if (isLoader(node.callFrame)) return [{ what: '(start of Node, loading of files)', where: null, weight: 1 }];
  if (url.startsWith('wasm:')) return [{ what: '(WebAssembly)', where: null, weight: 1 }];
  if (functionName.startsWith('(')) return [{ what: functionName, where: null, weight: 1 }];
  const what = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return [{ what, where: 'built into V8 or Node', weight: 1 }];
  if (!isTopLevel(node)) return [{ what, where: locate(url, lineNumber, columnNumber), weight: 1 }];
  const ticks = node.positionTicks ?? [{ line: lineNumber + 1, ticks: 1 }];
  const sum = ticks.reduce((total, tick) => total + tick.ticks, 0);
  return ticks.map((tick) => ({ what: '(top level)', where: locate(url, tick.line - 1, 0), weight: tick.ticks / sum }));
}

/** Microseconds in which each node was on top of the stack. @param {Profile} profile */
function selfTimes({ samples, timeDeltas }) {
  /** @type {Map<number, number>} */
  const times = new Map();
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return times;
}

/**
 * @param {readonly Profile[]} profiles of runs of the same command; the times are of one run
 * @param {Locate} locate
 * @param {{ runs: number }} options a run has several profiles where it has several threads
 * @returns {Summary} the most costly first
 */
export function summaryOf(profiles, locate, { runs }) {
  /** @type {Map<string, { what: string, where: string | null, milliseconds: number }>} */
  const parts = new Map();
  for (const profile of profiles) {
    const times = selfTimes(profile);
    for (const node of profile.nodes.filter(({ callFrame }) => callFrame.functionName !== '(idle)')) {
      for (const { what, where, weight } of placesOf(node, locate)) {
        const key = `${what} ${where}`;
        const before = parts.get(key)?.milliseconds ?? 0;
        const milliseconds = before + ((times.get(node.id) ?? 0) * weight) / 1000 / runs;
        parts.set(key, { what, where, milliseconds });
      }
    }
  }
  const found = [...parts.values()].filter((part) => part.milliseconds > 0);
  const milliseconds = found.reduce((sum, part) => sum + part.milliseconds, 0);
  const sorted = found.toSorted((a, b) => b.milliseconds - a.milliseconds);
  return {
    milliseconds,
    parts: sorted.map((part) => Object.assign(part, { share: part.milliseconds / milliseconds })),
  };
}

/** So many parts of a profile are named. */
export const mostCostly = 5;

/** The whole and its most costly parts, each in a line. @param {Summary} summary */
export function summaryText({ milliseconds, parts }) {
  const lines = parts.slice(0, mostCostly).map(({ what, where, milliseconds: own, share }) => {
    const place = where === null ? '' : `  ${where}`;
    return `  ${own.toFixed(1).padStart(8)} ms  ${(share * 100).toFixed(0).padStart(3)} %  ${what}${place}\n`;
  });
  return `  ${milliseconds.toFixed(1).padStart(8)} ms  in all\n${lines.join('')}`;
}
