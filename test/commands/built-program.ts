import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach } from 'vitest';

import { memory } from '../harness/memory.ts';

/** Where the build puts the program; `npm test` builds it first. */
export const dist = resolve(import.meta.dirname, '../../dist');
export const program = join(dist, 'bin.cjs');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

export type Environment = Readonly<Record<string, string>>;

/** The built program, with a home and a state directory of its own for each test and nothing else in its environment. */
export interface BuiltProgram {
  readonly home: () => string;
  /** Runs Node with these arguments. */
  readonly node: (argv: readonly string[], env?: Environment) => Running;
  readonly sactl: (argv: readonly string[], env?: Environment) => Running;
  /** Runs `sactl <line>` in a shell, then `after` on its output; the exit code is sactl's own. */
  readonly inShell: (line: string, after?: string, env?: Environment) => Promise<Ended>;
}

export function useProgram(): BuiltProgram {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(memory, 'sactl-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  function node(argv: readonly string[], env: Environment = {}): Running {
    return startProgram(process.execPath, argv, { home, env });
  }
  return {
    home: () => home,
    node,
    sactl: (argv, env) => node([program, ...argv], env),
    inShell: async (line, after = '', env = {}) => {
      const script = `{ "$NODE" "$PROGRAM" ${line}; echo "exit $?" >&2; } ${after}`;
      const names = { NODE: process.execPath, PROGRAM: program };
      const ended = await startProgram('/bin/sh', ['-c', script], { home, env: { ...names, ...env } }).ended;
      const [, stderr = '', code] = /^(.*)exit (\d+)\n$/s.exec(ended.stderr) ?? [];
      return { ...ended, stderr, code: Number(code) };
    },
  };
}

export interface Start {
  readonly home: string;
  readonly env: Environment;
  /** Whether it leads a process group of its own, as a command at a terminal does; default false. */
  readonly ownGroup?: boolean;
}

/** Starts a program in `home`, with nothing in its environment but a path, that home, a state directory in it, and `env`. */
export function startProgram(
  command: string,
  argv: readonly string[],
  { home, env, ownGroup = false }: Start,
): Running {
  const own = { HOME: home, SACTL_STATE_DIR: join(home, 'state') };
  const child = spawn(command, argv, {
    cwd: home,
    detached: ownGroup,
    env: { PATH: process.env['PATH'] ?? '', ...own, ...env },
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), exit(child)]).then(
    ([stdout, stderr, [code, signal]]) => ({ code, signal, stdout, stderr }),
  );
  return { child, ended };
}

function exit(child: ChildProcessWithoutNullStreams): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
  return new Promise((ended) => child.once('exit', (code, signal) => ended([code, signal])));
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream.setEncoding('utf8')) chunks.push(String(chunk));
  return chunks.join('');
}
