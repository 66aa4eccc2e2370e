import { setMaxListeners } from 'node:events';

import type { Context, Output, Prompter } from '../../src/context.ts';
import { readTextOf } from '../../src/files/bounded-file.ts';
import { piecesOf } from '../harness/pieces.ts';
import { InterruptedError } from '../../src/errors.ts';
import type { CommandLine } from './scenario.ts';

/** What every command's clock says at its start. */
export const now = Date.UTC(2026, 10, 22, 12, 0, 0);

export interface WorldContext {
  readonly ctx: Context;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly clocks: Clocks;
  /** Sends the signal, once. */
  readonly interrupt: () => void;
}

/** The clocks that were started; the world that runs them makes them run out. */
export interface Clocks {
  readonly start: Context['timeout'];
  /** Lets the time of all that run now run out. */
  readonly expire: () => void;
}

export interface ContextOptions {
  readonly command: CommandLine;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  readonly homeDirectory: string;
  readonly fetch: Context['fetch'];
  readonly uuid: Context['uuid'];
}

/** The Context of one command: no real time, no real terminal, no process. */
export function worldContext(options: ContextOptions): WorldContext {
  const { command, env } = options;
  const out: string[] = [];
  const err: string[] = [];
  const controller = new AbortController();
  // As the real one.
  setMaxListeners(0, controller.signal);
  const clocks = startClocks();
  let time = now;
  const ctx: Context = {
    stdin: {
      isTTY: command.terminal !== null,
      text: (maxBytes) => readTextOf(piecesOf(command.stdin), maxBytes),
      chunks: () => piecesOf(command.stdin),
    },
    stdout: outputOf(command, out),
    stderr: { ...streamOf(command, err), discards: false },
    env,
    cwd: options.cwd,
    homeDirectory: options.homeDirectory,
    userId: process.getuid?.() ?? null,
    userName: () => null,
    platform: process.platform,
    nodeVersion: '20.20.2',
    timeZone: 'UTC',
    built: () => null,
    fetch: options.fetch,
    page: () => Promise.reject(new Error('no terminal is that low')),
    prompt: personWho(command.answers, controller.signal),
    signal: controller.signal,
    now: () => time,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      time += milliseconds;
      // Others get their turn, as they do in any real wait.
      await new Promise((done) => setImmediate(done));
      signal?.throwIfAborted();
    },
    timeout: clocks.start,
    mutating: (work) => work(),
    blocking: (work) => work(),
    uuid: options.uuid,
    self: { pid: 4711, host: 'fuzz-host', isRunning: (pid) => pid === 4711 },
  };
  const signal = command.interrupt?.signal ?? 'SIGINT';
  return {
    ctx,
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    clocks,
    interrupt: () => controller.abort(new InterruptedError(signal)),
  };
}

/** How long a clock runs that nothing else makes run out, e.g. for a broken stream that never ends, in real milliseconds. */
const longestClockMs = 500;

function startClocks(): Clocks {
  const running = new Set<AbortController>();
  return {
    start: () => {
      const controller = new AbortController();
      running.add(controller);
      const timer = setTimeout(() => controller.abort(), longestClockMs);
      return {
        signal: controller.signal,
        clear: () => {
          running.delete(controller);
          clearTimeout(timer);
        },
      };
    },
    expire: () => {
      for (const controller of running) controller.abort();
    },
  };
}

function streamOf({ terminal }: Pick<CommandLine, 'terminal'>, chunks: string[]): Omit<Output, 'discards'> {
  return {
    isTTY: terminal !== null,
    columns: terminal ?? undefined,
    rows: undefined,
    isFile: false,
    write: (text) => {
      chunks.push(text);
      return Promise.resolve();
    },
  };
}

function outputOf(command: CommandLine, chunks: string[]): Output {
  const { stdoutError: code, isStdoutDiscarded } = command;
  const stream = { ...streamOf(command, chunks), discards: isStdoutDiscarded };
  if (code === null) return stream;
  return { ...stream, write: () => Promise.reject(Object.assign(new Error(`${code}: write`), { code })) };
}

function personWho(answers: CommandLine['answers'], signal: AbortSignal): Prompter {
  let asked = 0;
  function next(): string | boolean {
    signal.throwIfAborted();
    const answer = answers[asked] ?? true;
    asked += 1;
    // null is Ctrl-C, which `??` has turned into yes.
    if (answers[asked - 1] === null) throw new InterruptedError();
    return answer;
  }
  function text(): string {
    const answer = next();
    return typeof answer === 'string' ? answer : 'ci';
  }
  return {
    confirm: async () => next() !== false,
    // A token is never typed where it can be seen.
    input: async () => text().replaceAll(/.*brought.*/gs, 'ci'),
    password: async () => text(),
    select: async ({ choices }) => {
      next();
      return choices.find(({ disabled }) => disabled === undefined)?.value ?? '';
    },
    checkbox: async ({ choices }) => {
      next();
      return choices.slice(0, 2).map(({ value }) => value);
    },
  };
}
