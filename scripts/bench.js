// Prints how sactl compares with the least that the same work costs, as ratios of one run on one machine; the budgets are in
// scripts/bench/budgets.js. CONTRIBUTING.md says how to read it.
//
//   npm run bench                                         every comparison
//   npm run bench -- --only list --rounds 30              those so named, in other than 15 rounds
//   npm run -s bench -- --json > bench.json               as a document; what is printed otherwise goes to stderr
//   npm run bench -- --profile --only help                measures nothing; names what these cost most in
//
// It exits with 1 where a row is OVER.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chosenBy, plainText } from './bench/budgets.js';
import { sidesIn } from './bench/commands.js';
import { fileCost } from './bench/disk.js';
import { serveLists } from './bench/lists.js';
import { samplesOf } from './bench/measure.js';
import { bundleForProfiles, profileOf } from './bench/profile-run.js';
import { mostCostly, summaryText } from './bench/profile.js';
import { exitCodeOf, headLine, legend, rowLine, startLine } from './bench/report.js';
import { growthRowsOf, rowsOf } from './bench/rows.js';

/** @import { Comparison } from './bench/budgets.js' */
/** @import { Samples, Sides } from './bench/measure.js' */
/** @import { Row } from './bench/rows.js' */
/** @typedef {{ comparison: Comparison, sides: Sides }} Chosen */

const program = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const nodeVersion = process.versions.node;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
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

/** @param {readonly Chosen[]} chosen */
async function measure(chosen) {
  /** @type {Map<string, Samples>} */
  const measured = new Map();
  /** @type {Row[]} */
  const rows = [];
  for (const { comparison, sides } of chosen) {
    const { name, growsFrom = '', starts = 1, rounds: most = rounds } = comparison;
    text.write(headLine(comparison));
    const samples = await samplesOf(sides, { how: { program, flags: [] }, rounds: Math.min(rounds, most), starts });
    measured.set(name, samples);
    const smaller = measured.get(growsFrom);
    const grown = smaller === undefined ? [] : growthRowsOf(comparison, { samples, smaller });
    const own = [...rowsOf(comparison, samples, nodeVersion), ...grown];
    for (const row of own) text.write(rowLine(row));
    rows.push(...own);
  }
  text.write(legend);
  process.exitCode = exitCodeOf(rows);
  return rows;
}

/** @param {readonly Chosen[]} chosen */
async function profile(chosen) {
  const named = await bundleForProfiles(join(folder, 'bundle'));
  const rows = [];
  for (const { comparison, sides } of chosen.filter((one) => one.sides.isOurs ?? true)) {
    const { name, work, starts: runs = 1 } = comparison;
    text.write(`${name}: ${plainText(work)}\n`);
    const { milliseconds, parts } = await profileOf(sides.ours, { program: named, folder, runs });
    const row = { name, work: plainText(work), milliseconds, parts: parts.slice(0, mostCostly) };
    text.write(summaryText(row));
    rows.push(row);
  }
  return rows;
}

/** @param {string} message @returns {never} */
function misuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** @param {string} url @returns {Chosen[]} what is chosen and can be measured on this machine */
function chosenHere(url) {
  const sides = sidesIn({ url, folder });
  return chosenBy(flags.only).flatMap((comparison) => {
    const { name, needs } = comparison;
    const found = sides[name];
    if (found === undefined) throw new Error(`scripts/bench/commands.js does not know ${name}`);
    if (needs === undefined || isInstalled(needs)) return [{ comparison, sides: found }];
    text.write(`${name}: left out, because there is no ${needs} on PATH\n`);
    return [];
  });
}

if (chosenBy(flags.only).length === 0) misuse(`nothing that is measured has "${flags.only}" in its name`);
if (!Number.isInteger(rounds) || rounds < 1) misuse(`"${flags.rounds}" is no number of rounds`);
const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
const lists = await serveLists();
try {
  const [load = 0] = loadavg();
  const cpus = availableParallelism();
  const run = { nodeVersion, platform: `${process.platform}-${process.arch}`, cpus, load, fileMs: fileCost(folder) };
  text.write(startLine(run));
  const chosen = chosenHere(lists.url);
  const rows = await (flags.profile ? profile(chosen) : measure(chosen));
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...run, rounds, rows }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
  lists.close();
}
