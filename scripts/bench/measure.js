// Runs commands in turns and prints what one costs in terms of the other.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const probe = fileURLToPath(new URL('peak-memory.cjs', import.meta.url));

/**
 * @typedef {{ seconds: number, kilobytes: number }} Cost
 * @typedef {() => Promise<Cost>} Measured
 * @typedef {{ work: string, budget: number | null, measure: 'time' | 'memory', ours: Measured, theirs: Measured }} Row
 *   a row without a budget is there for comparison
 */

/**
 * @param {readonly string[]} command
 * @param {Record<string, string>} [env]
 * @returns {() => Promise<Cost>}
 */
export function measured(command, env = {}) {
  return () =>
    new Promise((resolve, reject) => {
      const started = process.hrtime.bigint();
      const child = spawn(process.execPath, ['--require', probe, ...command], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      });
      let kilobytes = 0;
      child.stdout?.resume();
      child.stdio[3]?.on('data', (data) => (kilobytes = Number(data)));
      child.on('error', reject);
      child.on('close', () => {
        resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, kilobytes });
      });
    });
}

/** @param {string} line @param {Record<string, string>} env @returns {() => Promise<Cost>} */
export function shell(line, env) {
  return () =>
    new Promise((resolve, reject) => {
      const started = process.hrtime.bigint();
      const child = spawn('sh', ['-c', line], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'ignore' });
      child.on('error', reject);
      child.on('close', () => {
        resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, kilobytes: 0 });
      });
    });
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @param {Row} row @param {number} rounds */
export async function measure({ work, budget, measure: kind, ours, theirs }, rounds) {
  const ratios = [];
  for (let round = -1; round < rounds; round += 1) {
    const [a, b] = [await ours(), await theirs()];
    if (round >= 0) ratios.push(kind === 'time' ? a.seconds / b.seconds : a.kilobytes / b.kilobytes);
  }
  const ratio = median(ratios);
  const range = `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`;
  process.stdout.write(
    `${work.padEnd(68)} ${ratio.toFixed(2).padStart(5)} x   (${range})   ${boundOf(ratio, budget)}\n`,
  );
}

/** @param {number} ratio @param {number | null} budget */
function boundOf(ratio, budget) {
  if (budget === null) return 'for comparison';
  return `budget ${budget.toFixed(2)} x   ${ratio <= budget ? 'within' : 'OVER'}`;
}
