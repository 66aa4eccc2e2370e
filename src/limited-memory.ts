import { readFileSync } from 'node:fs';

import type { ProgramExit, SignalSource } from './programs/program.ts';

const flag = '--disable-wasm-trap-handler';

/** Threads of V8 that compile beside the program reserve space, too: with them, 1 GB is too little for a filter. */
const fewThreads = '--v8-pool-size=0';

/**
 * Starts the program anew where the address space of a process is limited, as batch systems do with `ulimit -v`: V8 reserves
 * 8 GiB of it for each WebAssembly memory, which requests and filters need, unless it is told to check bounds by itself. To be
 * called before anything is read or sent.
 * @returns how the new process ended; null where nothing is limited, and this one goes on
 */
export async function runWithinLimits(
  {
    argv,
    execArgv,
    execPath,
    env,
    platform,
  }: Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'platform'>,
  onSignal: SignalSource,
): Promise<ProgramExit | null> {
  const [, script] = argv;
  const isTold = execArgv.includes(flag) || env['NODE_OPTIONS']?.includes(flag) === true;
  // A standalone executable takes no flags of Node's; it says what helps when memory cannot be had.
  if (isTold || script === undefined || script === execPath || !isLimited(platform)) return null;
  const { replaceProgram } = await import('./programs/program.ts');
  return replaceProgram(execPath, [flag, fewThreads, ...execArgv, ...argv.slice(1)], onSignal);
}

function isLimited(platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return false;
  try {
    return /^Max address space +\d/m.test(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return false;
  }
}
