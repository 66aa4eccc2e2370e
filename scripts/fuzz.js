// Runs the program on generated command lines, environments, files and services (test/fuzz), many times. Every run is made
// from the seed and its number alone:
//
//   npm run fuzz -- --runs 100000 --seed 1      in as many processes as there are processors (--jobs)
//   npm run fuzz -- --seed 1 --only 4711        one of them again
//   npm run fuzz -- --scenario failure.json     what a failure printed
//
// It ends at the first promise that is broken, unless --keep-going.
import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { rolldown } from 'rolldown';

import { rawText } from './bundle/bundle.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    scenario: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});

/** One run may take so long before it counts as a hang that the program itself cannot notice. */
const patienceMs = 180_000;

/** Below node_modules, so that what is not bundled is found. */
const folder = fileURLToPath(new URL('../node_modules/.cache/sactl-fuzz', import.meta.url));

/**
 * @typedef {{ commands: number, requests: number, codes: Record<string, number>, megabytes: number }} Counts
 * @typedef {{ kind: 'run', run: number } | { kind: 'failure', text: string } | ({ kind: 'end' } & Counts)} Message
 */

const startedAt = performance.now();
/** @type {Counts} */
const total = { commands: 0, requests: 0, codes: {}, megabytes: 0 };
let runs = 0;
let failures = 0;

await bundle();
await Promise.all(ranges().map(([from, to]) => work(from, to)));
rmSync(folder, { recursive: true, force: true });
summarise();
process.exitCode = failures === 0 ? 0 : 1;

async function bundle() {
  const build = await rolldown({
    input: { main: 'test/fuzz/main.ts' },
    platform: 'node',
    external: ['jq-wasm'],
    plugins: [rawText],
  });
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', cleanDir: true });
  await build.close();
}

/** The numbers of the runs of each process. @returns {(readonly [from: number, to: number])[]} */
function ranges() {
  if (values.scenario !== undefined) return [[0, 0]];
  if (values.only !== undefined) return [[Number(values.only), Number(values.only) + 1]];
  const count = Number(values.runs);
  const jobs = Math.max(1, Math.min(Number(values.jobs), count));
  return Array.from({ length: jobs }, (_, job) => [
    Math.floor((count * job) / jobs),
    Math.floor((count * (job + 1)) / jobs),
  ]);
}

/**
 * One process, until it ends, or has said nothing for too long.
 * @param {number} from @param {number} to @returns {Promise<void>}
 */
function work(from, to) {
  const child = fork(`${folder}/main.js`, [
    `--seed=${values.seed}`,
    `--from=${from}`,
    `--to=${to}`,
    ...(values.scenario === undefined ? [] : ['--scenario', values.scenario]),
    ...(values['keep-going'] ? ['--keep-going'] : []),
  ]);
  let last = from;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      fail(`run ${last} does not end (npm run fuzz -- --seed ${values.seed} --only ${last})\n`);
      child.kill('SIGKILL');
    }, patienceMs);
  }
  child.on('message', (/** @type {Message} */ message) => {
    wait();
    if (message.kind === 'run') {
      last = message.run;
      runs += 1;
      if (runs % 5000 === 0) say(`${runs} runs in ${seconds()} s\n`);
    } else if (message.kind === 'failure') fail(message.text);
    else add(message);
  });
  return new Promise((done) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0 && signal !== 'SIGKILL') fail(`run ${last} ended the process: ${code ?? signal}\n`);
      done();
    });
  });
}

/** @param {Counts} counts */
function add({ commands, requests, codes, megabytes }) {
  total.commands += commands;
  total.requests += requests;
  total.megabytes = Math.max(total.megabytes, megabytes);
  for (const [code, times] of Object.entries(codes)) {
    total.codes[code] = (total.codes[code] ?? 0) + times;
  }
}

/** @param {string} text */
function fail(text) {
  failures += 1;
  say(text);
}

function summarise() {
  const codes = Object.entries(total.codes).toSorted(([a], [b]) => Number(a) - Number(b));
  say(`seed ${values.seed}: ${runs} runs in ${seconds()} s, ${failures} broke a promise\n`);
  say(`${total.commands} commands made ${total.requests} requests\n`);
  say(`exit codes: ${codes.map(([code, times]) => `${code} ${times} times`).join(', ')}\n`);
  say(`memory of a process at its end: ${total.megabytes} MiB\n`);
}

function seconds() {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(text);
}
