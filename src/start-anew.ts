import { readFileSync } from 'node:fs';

import type { ProgramExit, SignalSource } from './programs/program.ts';

/** What the process is that may have to start anew. */
export type OwnProcess = Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'platform' | 'stderr'>;

/**
 * Starts the program anew where Node was told something that it cannot work with, and that can only be changed before Node
 * begins. To be called before anything is read or sent.
 * @returns how the new process ended; null where nothing is wrong, and this one goes on
 */
export async function startAnew(own: OwnProcess, onSignal: SignalSource): Promise<ProgramExit | null> {
  const flags = flagsFor(own);
  if (flags.length === 0 && !isDebugged(own)) return null;
  const { argv, execArgv, execPath } = own;
  const args = isStandalone(own) ? argv.slice(2) : [...flags, ...execArgv, ...argv.slice(1)];
  const { replaceProgram } = await import('./programs/program.ts');
  return inSilence(own, () => replaceProgram({ path: execPath, args, env: withoutDebug(own) }, onSignal));
}

/** An executable with Node in it, which takes no flags of Node's. */
function isStandalone({ argv, execPath }: OwnProcess): boolean {
  return argv[1] === undefined || argv[1] === execPath;
}

/** Node prints what goes through streams then (`stream`), credentials among it, and environments (`child_process`). */
function isDebugged({ env }: OwnProcess): boolean {
  return (env['NODE_DEBUG'] ?? '') !== '';
}

/** Whatever its case is: Windows knows none. */
function withoutDebug({ env }: OwnProcess): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.toUpperCase() !== 'NODE_DEBUG'));
}

/** Lets nothing onto stderr by Node's stream meanwhile: it would print the environment that the new process gets. */
async function inSilence<Result>({ stderr }: OwnProcess, work: () => Promise<Result>): Promise<Result> {
  stderr.write = () => true;
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(stderr, 'write');
  }
}

const flag = '--disable-wasm-trap-handler';

/** Threads of V8 that compile beside the program reserve space, too: with them, 1 GB is too little for a filter. */
const fewThreads = '--v8-pool-size=0';

/**
 * Where the address space of a process is limited, as batch systems do with `ulimit -v`: V8 reserves 8 GiB of it for each
 * WebAssembly memory, which requests and filters need, unless it is told to check bounds by itself. A standalone executable
 * says what helps when memory cannot be had.
 */
function flagsFor(own: OwnProcess): readonly string[] {
  const { execArgv, env, platform } = own;
  const isTold = execArgv.includes(flag) || env['NODE_OPTIONS']?.includes(flag) === true;
  return isTold || isStandalone(own) || !isLimited(platform) ? [] : [flag, fewThreads];
}

function isLimited(platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return false;
  try {
    return /^Max address space +\d/m.test(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return false;
  }
}
