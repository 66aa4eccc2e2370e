import type { Context, Output, Prompter } from '../../src/context.ts';
import type { Schedule } from './schedule.ts';

export interface RunnerOptions {
  readonly schedule: Schedule;
  /** The number of the runner. */
  readonly runner: number;
  /** How far its clock is ahead of the true one, in milliseconds. */
  readonly skewMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly self: Context['self'];
  /** Whether the simulation is: nothing waits any more. */
  readonly isOver: () => boolean;
  readonly fetch: Context['fetch'];
  readonly uuid: Context['uuid'];
  readonly onStdout: (text: string) => void;
  readonly onStderr: (text: string) => void;
}

/** The Context of one runner: all that it waits for is a happening of the schedule, but for files, which are real. */
export function runnerContext({ schedule, runner, skewMs, ...options }: RunnerOptions): Context {
  return {
    stdin: { isTTY: false, text: () => Promise.resolve({ text: '', problem: null }), chunks: () => nothing() },
    stdout: outputTo(options.onStdout),
    stderr: outputTo(options.onStderr),
    env: options.env,
    cwd: options.cwd,
    homeDirectory: null,
    userId: process.getuid?.() ?? null,
    userName: () => null,
    platform: process.platform,
    nodeVersion: '20.20.2',
    timeZone: 'UTC',
    built: () => null,
    fetch: options.fetch,
    prompt: nobody,
    page: () => Promise.reject(new Error('nobody reads here')),
    signal: new AbortController().signal,
    now: () => schedule.now() + skewMs,
    sleep: async (milliseconds, signal) => {
      if (options.isOver()) return schedule.pass(milliseconds);
      const due = schedule.now() + milliseconds;
      await untilAborted<void>(signal, (happen) => schedule.add({ runner, due, isEdge: true, happen }));
    },
    timeout: (milliseconds) => {
      const controller = new AbortController();
      const due = schedule.now() + milliseconds;
      const clear = schedule.add({ runner, due, isEdge: false, happen: () => controller.abort() });
      return { signal: controller.signal, clear };
    },
    mutating: (work) => work(),
    blocking: (work) => work(),
    uuid: options.uuid,
    self: options.self,
  };
}

/** Waits for what `start` begins, and takes it back when the signal is aborted first. @throws the signal's reason */
export async function untilAborted<Result>(
  signal: AbortSignal | null | undefined,
  start: (resolve: (result: Result) => void, reject: (error: Error) => void) => () => void,
): Promise<Result> {
  signal?.throwIfAborted();
  const settled = new AbortController();
  try {
    return await new Promise<Result>((resolve, reject) => {
      const takeBack = start(resolve, reject);
      signal?.addEventListener(
        'abort',
        () => {
          takeBack();
          reject(signal.reason);
        },
        { signal: settled.signal },
      );
    });
  } finally {
    settled.abort();
  }
}

function outputTo(onText: (text: string) => void): Output {
  return {
    isTTY: false,
    columns: undefined,
    rows: undefined,
    discards: false,
    isFile: false,
    write: (text) => {
      onText(text);
      return Promise.resolve();
    },
  };
}

async function* nothing(): AsyncIterable<Uint8Array> {}

function unexpected(): Promise<never> {
  return Promise.reject(new Error('there is nobody to answer'));
}

const nobody: Prompter = {
  confirm: unexpected,
  input: unexpected,
  password: unexpected,
  select: unexpected,
  checkbox: unexpected,
};
