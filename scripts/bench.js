// Prints how sactl compares with the least that the same work costs, as ratios of one run on one machine; the budgets are in
// scripts/bench/budgets.js. CONTRIBUTING.md says how to read it.
//
//   npm run bench                                         every comparison
//   npm run bench -- --only list --rounds 30              those with this in their names, in other than 15 rounds
//   npm run -s bench -- --json > bench.json               as a document; what is printed otherwise goes to stderr
//
// It exits with 1 where a row is OVER.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chosenBy } from './bench/budgets.js';
import { sidesIn } from './bench/commands.js';
import { serveLists } from './bench/lists.js';
import { samplesOf } from './bench/measure.js';
import { exitCodeOf, headLine, jsonDocument, legend, rowLine } from './bench/report.js';
import { growthRowsOf, rowsOf } from './bench/rows.js';

/** @import { Comparison } from './bench/budgets.js' */
/** @import { Samples, Sides } from './bench/measure.js' */
/** @import { Row } from './bench/rows.js' */

const program = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const nodeVersion = process.versions.node;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const text = flags.json ? process.stderr : process.stdout;

// A reader that has seen enough, such as head, ends the bench.
process.stdout.on('error', () => process.exit());

/** @param {string} name */
function isInstalled(name) {
  return spawnSync(name, ['--version']).error === undefined;
}

/** @param {readonly Comparison[]} comparisons @param {Readonly<Record<string, Sides>>} sides */
async function measure(comparisons, sides) {
  /** @type {Map<string, Samples>} */
  const measured = new Map();
  /** @type {Row[]} */
  const rows = [];
  for (const comparison of comparisons) {
    const { name, growsFrom = '', starts = 1, rounds: most = rounds } = comparison;
    const found = sides[name];
    if (found === undefined) throw new Error(`scripts/bench/commands.js does not know ${name}`);
    text.write(headLine(comparison));
    const samples = await samplesOf(found, { how: { program, flags: [] }, rounds: Math.min(rounds, most), starts });
    measured.set(name, samples);
    const smaller = measured.get(growsFrom);
    const grown = smaller === undefined ? [] : growthRowsOf(comparison, { samples, smaller });
    const own = [...rowsOf(comparison, samples, nodeVersion), ...grown];
    for (const row of own) text.write(rowLine(row));
    rows.push(...own);
  }
  return rows;
}

/** @param {string} message @returns {never} */
function misuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const chosen = chosenBy(flags.only);
if (chosen.length === 0) misuse(`nothing that is measured has "${flags.only}" in its name`);
if (!Number.isInteger(rounds) || rounds < 1) misuse(`"${flags.rounds}" is no number of rounds`);
const lists = await serveLists();
const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
try {
  const missing = chosen.filter(({ needs }) => needs !== undefined && !isInstalled(needs));
  const run = { nodeVersion, platform: `${process.platform}-${process.arch}`, cpus: availableParallelism(), rounds };
  text.write(`Node ${nodeVersion}, ${run.platform}, ${run.cpus} CPUs, ${rounds} rounds\n\n`);
  const here = chosen.filter((comparison) => !missing.includes(comparison));
  const rows = await measure(here, sidesIn({ url: lists.url, folder }));
  for (const { name, needs } of missing) text.write(`${name}: not measured, because there is no ${needs} on PATH\n`);
  text.write(legend);
  if (flags.json) process.stdout.write(jsonDocument(rows, run));
  process.exitCode = exitCodeOf(rows);
} finally {
  rmSync(folder, { recursive: true });
  lists.close();
}
