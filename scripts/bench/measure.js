// Runs commands in turns, and says what they cost.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const probe = fileURLToPath(new URL('probe.cjs', import.meta.url));

/**
 * @typedef {object} Cost of one run; what could not be measured is NaN
 * @property {number} time seconds
 * @property {number} rotating seconds between the arrival of the first rotation at the server and the last answer
 * @property {number} memory the peak, in kilobytes
 * @property {number} cpu seconds of user and system; not measured where a pipe has other programs
 */

/**
 * @typedef {object} Command
 * @property {readonly string[]} words
 * @property {Readonly<Record<string, string>>} [env] nothing but PATH is added to it
 * @property {string} [pipe] a command of the shell that reads what is printed
 * @property {number} [exits] the expected exit code
 * @property {boolean} [isNode] false where the first word is another program
 */

/**
 * @typedef {{ program: string, flags: readonly string[] }} How which build of sactl, and flags for the Node that runs it
 * @typedef {(how: How) => Promise<Cost>} Side
 * @typedef {{ ours: Side, theirs: Side, isOurs?: false }} Sides not `isOurs` where `ours` is another program than sactl
 * @typedef {{ ours: readonly Cost[], theirs: readonly Cost[] }} Samples a cost of each side for each round
 */

/**
 * @param {Command} command
 * @returns {Promise<Cost>}
 * @throws where it ends with another exit code
 */
export function costOf({ words, env = {}, pipe, exits = 0, isNode = true }) {
  const argv = isNode ? [process.execPath, '--require', probe, ...words] : words;
  const [file = '', ...rest] = pipe === undefined ? argv : ['sh', '-c', `"$0" "$@" | ${pipe}`, ...argv];
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(file, rest, {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let told = '';
    let errors = '';
    child.stdout?.resume();
    child.stderr?.on('data', (data) => (errors += String(data)));
    child.stdio[3]?.on('data', (data) => (told += String(data)));
    child.on('error', reject);
    child.on('close', (code) => {
      const time = Number(process.hrtime.bigint() - started) / 1e9;
      const usage = told === '' ? { memory: Number.NaN, cpu: Number.NaN } : JSON.parse(told);
      const cpu = pipe === undefined ? usage.cpu : Number.NaN;
      if (code === exits) resolve({ time, rotating: Number.NaN, memory: usage.memory, cpu });
      else reject(new Error(`${words.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}

/** The least of each kind. @param {readonly Cost[]} costs @returns {Cost} */
function least(costs) {
  /** @param {keyof Cost} kind */
  function of(kind) {
    return Math.min(...costs.map((cost) => cost[kind]));
  }
  return { time: of('time'), rotating: of('rotating'), memory: of('memory'), cpu: of('cpu') };
}

/**
 * Runs both sides in turns, so that a machine that slows down slows both, and neither always goes first. One round more goes
 * before, which warms up and does not count.
 * @param {Sides} sides
 * @param {{ how: How, rounds: number, starts: number }} options
 * @returns {Promise<Samples>}
 */
export async function samplesOf({ ours, theirs }, { how, rounds, starts }) {
  /** @type {{ ours: Cost[], theirs: Cost[] }} */
  const samples = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round += 1) {
    /** @type {{ ours: Cost[], theirs: Cost[] }} */
    const costs = { ours: [], theirs: [] };
    for (let start = 0; start < starts; start += 1) {
      if ((round + start) % 2 === 0) costs.ours.push(await ours(how));
      costs.theirs.push(await theirs(how));
      if ((round + start) % 2 === 1) costs.ours.push(await ours(how));
    }
    if (round === 0) continue;
    samples.ours.push(least(costs.ours));
    samples.theirs.push(least(costs.theirs));
  }
  return samples;
}
