import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { memory } from '../harness/memory.ts';
import { program, startProgram, type Ended, type Environment } from '../commands/built-program.ts';
import { openWorld, type World } from './world.ts';

/** A command that issues a credential. */
export interface Command {
  readonly provider: keyof typeof openWorld;
  /** Name of the account it is for. */
  readonly account: string;
  readonly operation: 'create' | 'rotate';
  /** Its words. */
  readonly argv: readonly string[];
  /** Whether the credential goes to stdout, which is the file `target` then. */
  readonly prints: boolean;
  /** What is in the file `target` before; null is no file. */
  readonly before: string | null;
  /** What its environment has besides the connection; `home` is the home directory. */
  readonly env?: (home: string) => Environment;
}

/** Where a run is killed; see kill-at.cjs. */
export interface Kill {
  readonly mode: 'before' | 'torn';
  readonly at: number;
}

/** What a run left behind. */
export interface Aftermath {
  readonly command: Command;
  readonly world: World;
  readonly home: string;
  readonly wasKilled: boolean;
  readonly run: Ended;
  /** Runs another process at the same provider, in the same home. */
  readonly sactl: (argv: readonly string[], env?: Environment) => Promise<Ended>;
}

/** The file in the home directory that the credential is to get into. */
export const target = 'token';

const killer = join(import.meta.dirname, 'kill-at.cjs');

/** Runs a command in a new home at a provider on its first day, kills it, and cleans up after `look`. */
export async function afterKill<Result>(
  command: Command,
  kill: Kill,
  readEvidence: (aftermath: Aftermath) => Promise<Result>,
): Promise<Result> {
  const world = await openWorld[command.provider]();
  const home = await mkdtemp(join(memory, 'sactl-'));
  try {
    const { before } = command;
    if (before !== null) await writeFile(join(home, target), before, { mode: 0o600 });
    const run = await runAndKill(command, kill, { home, world });
    return await readEvidence({
      command,
      world,
      home,
      run,
      wasKilled: run.signal === 'SIGKILL',
      sactl: (argv, more = {}) => {
        const env = { ...world.env, ...command.env?.(home), ...more };
        return startProgram(process.execPath, [program, ...argv], { home, env }).ended;
      },
    });
  } finally {
    await world.close();
    await rm(home, { recursive: true });
  }
}

function runAndKill(
  { argv, prints, env = () => ({}) }: Command,
  { mode, at }: Kill,
  { home, world }: Pick<Aftermath, 'home' | 'world'>,
): Promise<Ended> {
  const words = [process.execPath, '--require', killer, program, ...argv];
  const script = prints ? `exec "$@" >${target}` : 'exec "$@"';
  const killEnv = { KILL_AT: String(at), KILL_MODE: mode, KILL_BELOW: home };
  return startProgram('/bin/sh', ['-c', script, 'sh', ...words], {
    home,
    env: { ...world.env, ...env(home), ...killEnv },
  }).ended;
}
