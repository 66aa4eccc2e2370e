import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { kill } from 'node:process';

import type { Context, Environment } from '../context.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { openInput, type InputCall, type InputChannel } from './input.ts';

export type ProgramContext = Pick<Context, 'platform' | 'timeout'>;

/** How a program is run: without a shell, and with nothing but what is said here. */
export interface ProgramCall extends InputCall {
  /** Default: the folder of this process. */
  readonly cwd?: string;
  /** All of its environment. */
  readonly env: Environment;
  /** What it reads from stdin, up to its end. */
  readonly input: string;
  /** How many bytes of stdout and of stderr are kept; null discards what it writes there. */
  readonly keeps: { readonly stdout: number | null; readonly stderr: number };
  /** Whether a program that writes more than that is killed. Default: the rest is left out. */
  readonly mustFit?: boolean;
  /** Whether it leads a process group, which a Ctrl-C at the terminal does not reach and which is killed whole. */
  readonly hasGroup?: boolean;
  /** Milliseconds that its output may stay open after its end, e.g. by a process it left behind. Default: any time. */
  readonly lastWordsMs?: number;
  /** Default: it may take any time. */
  readonly timeoutMs?: number;
  /** Kills it; null where only the time-out does. */
  readonly signal: AbortSignal | null;
}

export interface ProgramEnd {
  /** As it reads after the program's name, e.g. `failed with exit code 4`; null when it ended well. */
  readonly problem: string | null;
  /** Null when it was killed, or not started. */
  readonly exitCode: number | null;
  /** Why it could not be started; else null. */
  readonly error: unknown;
  /** Null where that cannot be told, or it was not watched. */
  readonly hasReadAll: boolean | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether stderr is only the beginning of what it wrote there. */
  readonly isCut: boolean;
}

/** Runs a program to its end; a failure is a result. @throws the reason of `signal`, when that ended it */
export async function runProgram(ctx: ProgramContext, call: ProgramCall): Promise<ProgramEnd> {
  const { signal, timeoutMs } = call;
  signal?.throwIfAborted();
  const timeout = timeoutMs === undefined ? null : ctx.timeout(timeoutMs);
  const signals = [timeout?.signal, signal].filter((one) => one !== null && one !== undefined);
  try {
    const end = await run(ctx, call, AbortSignal.any(signals));
    if (end.problem === null) return end;
    signal?.throwIfAborted();
    const isLate = timeoutMs !== undefined && timeout?.signal.aborted === true;
    return isLate ? { ...end, problem: `did not end within ${timeoutMs / 1000} s` } : end;
  } finally {
    timeout?.clear();
  }
}

/** Starts a program that may outlive this process, without input and output. Whether it fails is not known. */
export function leaveProgram({ path, args, cwd, env }: Pick<ProgramCall, 'path' | 'args' | 'cwd' | 'env'>): void {
  const child = spawn(path, args, { cwd, env: { ...env }, detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

/** How a process ended; one of the two is null. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Calls the listener with every signal that asks this process to end. */
export type SignalSource = (listener: (name: NodeJS.Signals) => void) => void;

/**
 * Runs a program in the place of this one, with its streams and folder, and passes signals on. The terminal sends a Ctrl-C to
 * both, so that it arrives twice. Rejects with the system's error.
 */
export function replaceProgram(
  { path, args, env }: Pick<ProgramCall, 'path' | 'args' | 'env'>,
  onSignal: SignalSource,
): Promise<ProgramExit> {
  const child = spawn(path, args, { stdio: 'inherit', env: { ...env } });
  onSignal((name) => child.kill(name));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/**
 * Runs a program that reads `text` from its stdin, as much of it as it likes, and has the stdout and stderr of this process.
 * Resolves however it ends. Rejects with the system's error, and with the reason of `signal`, which ends it.
 */
export async function feedProgram(
  { path, args, env }: Pick<ProgramCall, 'path' | 'args' | 'env'>,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(path, args, { stdio: ['pipe', 'inherit', 'inherit'], env: { ...env } });
  function stop(): void {
    child.kill();
  }
  signal.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}

async function run(ctx: ProgramContext, call: ProgramCall, stop: AbortSignal): Promise<ProgramEnd> {
  const input = await openInput(ctx, call);
  if (input === null) return unstarted(new Error('it opens /dev/stdin, which needs /bin/sh and cat'));
  try {
    return stop.aborted ? unstarted(stop.reason) : await runWithInput(ctx, { call, input, stop });
  } finally {
    input.close();
  }
}

interface Started {
  readonly call: ProgramCall;
  readonly input: InputChannel;
  readonly stop: AbortSignal;
}

async function runWithInput(ctx: ProgramContext, { call, input, stop }: Started): Promise<ProgramEnd> {
  let child: ChildProcess;
  try {
    child = start(ctx, call, input);
  } catch (error) {
    return unstarted(error);
  }
  const overflow = new AbortController();
  const limits = call.keeps;
  const stdout = collect(child.stdout, limits.stdout ?? 0, () => overflow.abort());
  const stderr = collect(child.stderr, limits.stderr, () => overflow.abort());
  const told = collect(streamsOf(child)[3], 64, () => undefined);
  // It may end without having read all of it.
  child.stdin?.on('error', () => undefined);
  input.give(call.input, child.stdin);
  killWhen(call.mustFit === true ? AbortSignal.any([stop, overflow.signal]) : stop, child, ctx, call);
  const ended = await endOf(ctx, child, call);
  if ('error' in ended) return unstarted(ended.error);
  const { code, signal } = ended;
  const hasReadAll = await input.hasReadAll(told().text);
  // What it left behind must not store a part of it, nor nothing. A number is not given to another group so soon.
  if (hasReadAll === false && call.hasGroup === true && ctx.platform !== 'win32') killGroup(child);
  const isOver = call.mustFit === true && overflow.signal.aborted;
  const problem = isOver ? `wrote more than ${limits.stderr / 1024} KiB` : problemOf(code, signal);
  return {
    problem,
    exitCode: code,
    error: null,
    hasReadAll,
    stdout: stdout().text,
    isCut: stderr().isCut,
    stderr: stderr().text,
  };
}

function start(
  { platform }: ProgramContext,
  { cwd, env, keeps, hasGroup }: ProgramCall,
  { path, args, stdin, isTold }: InputChannel,
): ChildProcess {
  return spawn(path, args, {
    cwd,
    env: { ...env },
    shell: false,
    detached: hasGroup === true && platform !== 'win32',
    stdio: [stdin, keeps.stdout === null ? 'ignore' : 'pipe', 'pipe', ...(isTold ? (['pipe'] as const) : [])],
    windowsHide: true,
  });
}

function unstarted(error: unknown): ProgramEnd {
  // Node's own message of an invalid argument repeats it.
  const isInvalid = systemCode(error)?.startsWith('ERR_') === true;
  const problem = `cannot be run: ${isInvalid ? 'an argument or a variable is not valid' : systemReason(error)}`;
  return { problem, exitCode: null, error, hasReadAll: null, stdout: '', stderr: '', isCut: false };
}

function problemOf(code: number | null, signal: NodeJS.Signals | null): string | null {
  if (code === 0) return null;
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`;
}

type Ended = { readonly error: unknown } | ProgramExit;

function endOf(ctx: ProgramContext, child: ChildProcess, { lastWordsMs }: ProgramCall): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
    if (lastWordsMs === undefined) return;
    child.once('exit', () => {
      const patience = ctx.timeout(lastWordsMs);
      child.once('close', () => patience.clear());
      patience.signal.addEventListener('abort', () => closeOutput(child), { once: true });
    });
  });
}

function closeOutput(child: ChildProcess): void {
  const [, ...output] = streamsOf(child);
  for (const stream of output) stream?.destroy();
}

/** None where the process has no descriptors left, whatever the types say (`ChildProcess.spawn` in Node's lib). */
function streamsOf({ stdio }: Partial<Pick<ChildProcess, 'stdio'>>): ChildProcess['stdio'] | readonly [] {
  return stdio ?? [];
}

/** What a stream has given so far, `limit` bytes at most; calls `onMore` when there is more. */
function collect(
  stream: Readable | Writable | null | undefined,
  limit: number,
  onMore: () => void,
): () => { readonly text: string; readonly isCut: boolean } {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk.subarray(0, limit - size));
    size += chunk.length;
    if (size > limit) onMore();
  });
  return () => ({ text: Buffer.concat(chunks).toString(), isCut: size > limit });
}

/** Kills a program when `stop` is aborted: with its group, where it leads one. */
function killWhen(stop: AbortSignal, child: ChildProcess, { platform }: ProgramContext, call: ProgramCall): void {
  function onStop(): void {
    if (call.hasGroup === true && platform !== 'win32') {
      killGroup(child);
    } else {
      child.kill('SIGKILL');
      closeOutput(child);
    }
  }
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  // The number of a group is free once its leader has ended.
  child.once(call.hasGroup === true ? 'exit' : 'close', () => stop.removeEventListener('abort', onStop));
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
