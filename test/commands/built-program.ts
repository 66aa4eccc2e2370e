import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, onTestFailed, TestRunner } from 'vitest';

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
  const [stdout, stderr] = [said(child.stdout), said(child.stderr)];
  const ended = Promise.all([stdout.whole, stderr.whole, exit(child)]).then(([, , [code, signal]]) => ({
    code,
    signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
  }));
  showWhenHung([command, ...argv], child, [stdout, stderr]);
  return { child, ended };
}

/** Where a test fails while its program runs, e.g. by its time-out: ends the program, and shows what it had said. */
function showWhenHung(call: readonly string[], child: ChildProcess, [stdout, stderr]: readonly [Said, Said]): void {
  // Some are started once for many tests.
  if (TestRunner.getCurrentTest() === undefined) return;
  onTestFailed(() => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    console.error('still running when the test ended:', { call, stdout: stdout.text(), stderr: stderr.text() });
  });
}

function exit(child: ChildProcessWithoutNullStreams): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
  return new Promise((ended) => child.once('exit', (code, signal) => ended([code, signal])));
}

/** What a program says on a stream. */
interface Said {
  /** So far. */
  readonly text: () => string;
  /** Resolves at its end. */
  readonly whole: Promise<void>;
}

function said(stream: NodeJS.ReadableStream): Said {
  let text = '';
  async function read(): Promise<void> {
    for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  }
  return { text: () => text, whole: read() };
}
