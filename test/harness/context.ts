import { setMaxListeners } from 'node:events';

import type { Context, Output, Prompter, Timeout } from '../../src/context.ts';
import { readTextOf } from '../../src/files/bounded-file.ts';
import { piecesOf } from './pieces.ts';
import { freshStateDirectory } from './state.ts';

/** 2026-11-22T12:00:00Z: what every test's clock says at its start. */
export const testNow = Date.UTC(2026, 10, 22, 12, 0, 0);

export interface TestContextOptions {
  readonly env?: Record<string, string | undefined>;
  readonly nodeVersion?: string;
  readonly cwd?: string;
  /** null where HOME is empty or relative. */
  readonly homeDirectory?: string | null;
  readonly stdin?: string;
  /** Makes all three streams terminals of this many columns. */
  readonly terminal?: number;
  /** How many rows it has; default: it does not tell. */
  readonly rows?: number;
  /** Default: no pager is expected. */
  readonly page?: Context['page'];
  /** Default: nothing was built, as in a checkout. */
  readonly built?: Context['built'];
  readonly prompt?: Partial<Prompter>;
  readonly fetch?: Context['fetch'];
  readonly signal?: AbortSignal;
  /** Default: never runs out. */
  readonly timeout?: Context['timeout'];
  /** Default: process 4711 of `test-host`, the only one there. */
  readonly self?: Context['self'];
  /** Replaces anything else. */
  readonly overrides?: Partial<Pick<Context, 'sleep' | 'userId' | 'now' | 'mutating'>>;
  /** Replaces parts of stdout, e.g. `{ write: () => Promise.reject(...) }`. */
  readonly stdout?: Partial<Output>;
}

export interface TestContext {
  readonly ctx: Context;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Every wait that was asked for, in milliseconds; none is waited for. */
  readonly sleeps: readonly number[];
}

/** Timers that never run out. */
export function endless(): Timeout {
  return { signal: new AbortController().signal, clear: () => undefined };
}

/** One that is never aborted, and takes any number of listeners, as the program's own does. */
function quietSignal(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** A Context whose streams are strings, whose clock moves only when something sleeps, and which touches nothing. */
export function testContext(options: TestContextOptions = {}): TestContext {
  const out: string[] = [];
  const err: string[] = [];
  const sleeps: number[] = [];
  let now = testNow;
  let uuids = 0;
  const ctx: Context = {
    stdin: {
      isTTY: options.terminal !== undefined,
      text: (maxBytes) => readTextOf(piecesOf(options.stdin ?? ''), maxBytes),
      chunks: () => piecesOf(options.stdin ?? ''),
    },
    stdout: { ...output(out, options), ...options.stdout },
    stderr: output(err, options),
    env: { SACTL_STATE_DIR: freshStateDirectory(), ...options.env },
    cwd: options.cwd ?? '/nonexistent/work',
    homeDirectory: options.homeDirectory === undefined ? '/nonexistent/home' : options.homeDirectory,
    userId: process.getuid?.() ?? null,
    userName: () => null,
    platform: process.platform,
    nodeVersion: options.nodeVersion ?? '20.20.2',
    timeZone: 'UTC',
    built: options.built ?? (() => null),
    fetch: options.fetch ?? (() => Promise.reject(new Error('this test expects no request'))),
    prompt: { ...unexpectedPrompter, ...options.prompt },
    page: options.page ?? (() => Promise.reject(new Error('this test expects no pager'))),
    signal: options.signal ?? quietSignal(),
    now: () => now,
    sleep: (milliseconds, signal) => {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
    timeout: options.timeout ?? endless,
    mutating: (work) => work(),
    blocking: (work) => work(),
    self: options.self ?? { pid: 4711, host: 'test-host', isRunning: (pid) => pid === 4711 },
    // Two processes never make the same.
    uuid: () =>
      `${String(options.self?.pid ?? 0).padStart(8, '0')}-0000-4000-8000-${String((uuids += 1)).padStart(12, '0')}`,
    ...options.overrides,
  };
  return { ctx, stdout: () => out.join(''), stderr: () => err.join(''), sleeps };
}

function output(chunks: string[], { terminal, rows }: Pick<TestContextOptions, 'terminal' | 'rows'>): Output {
  return {
    isTTY: terminal !== undefined,
    columns: terminal,
    rows: terminal === undefined ? undefined : rows,
    discards: false,
    isFile: false,
    write: (text) => {
      chunks.push(text);
      return Promise.resolve();
    },
  };
}

function unexpected(question: { message: string }): Promise<never> {
  return Promise.reject(new Error(`this test expects no question, but was asked: ${question.message}`));
}

const unexpectedPrompter: Prompter = {
  confirm: unexpected,
  input: unexpected,
  password: unexpected,
  select: unexpected,
  checkbox: unexpected,
};
