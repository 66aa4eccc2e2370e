import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { kill } from 'node:process';

import type { Context, Environment } from '../context.ts';
import { systemReason } from '../files/system-error.ts';
import { safeText } from '../model/text.ts';
import type { Secret } from '../model/credential.ts';
import { scrub } from './program-scrub.ts';

export type ProgramContext = Pick<Context, 'cwd' | 'platform' | 'timeout'>;

export interface ProgramCall {
  /** Absolute. */
  readonly path: string;
  readonly args: readonly string[];
  /** What it reads from stdin; null is nothing. */
  readonly input: Secret | null;
  /** All of its environment. */
  readonly env: Environment;
  readonly timeoutMs: number;
  /** Ends it; null where nothing does but the time-out. */
  readonly signal: AbortSignal | null;
  /** What must not be seen in what it says. */
  readonly secrets: readonly Secret[];
}

export interface ProgramOutcome {
  /** As it reads after the program's name, e.g. `failed with exit code 4: not signed in`; null when it ended well. */
  readonly problem: string | null;
  /** What it wrote there, 64 KiB at most, with `[secret]` for every secret; not safe to print as it is. */
  readonly stderr: string;
}

/**
 * Runs a program without a shell, in the working directory and in a process group of its own, which a Ctrl-C at the
 * terminal does not reach and which is killed whole. Its stdout is discarded.
 * @throws the reason of `signal`, when that ended it
 */
export async function runProgram(ctx: ProgramContext, call: ProgramCall): Promise<ProgramOutcome> {
  call.signal?.throwIfAborted();
  const timeout = ctx.timeout(call.timeoutMs);
  const stop = AbortSignal.any(call.signal === null ? [timeout.signal] : [timeout.signal, call.signal]);
  try {
    const ending = await run(ctx, call, stop);
    if (ending.failure === null) return { problem: null, stderr: ending.stderr };
    call.signal?.throwIfAborted();
    const failure = timeout.signal.aborted ? `did not end within ${call.timeoutMs / 1000} s` : ending.failure;
    const said = safeText(ending.stderr, 300);
    return { problem: said === '' ? failure : `${failure}: ${said}`, stderr: ending.stderr };
  } finally {
    timeout.clear();
  }
}

interface Ending {
  /** As it reads after the program's name; null when it ended well. */
  readonly failure: string | null;
  readonly stderr: string;
}

async function run(ctx: ProgramContext, call: ProgramCall, stop: AbortSignal): Promise<Ending> {
  const started = start(ctx, call);
  if (typeof started === 'string') return { failure: started, stderr: '' };
  const stderr = collect(started.stderr);
  // A program may end well without having read all of it.
  started.stdin.on('error', () => undefined);
  started.stdin.end(call.input?.reveal() ?? '');
  killWhen(stop, started, ctx.platform);
  const failure = await failureOf(ctx, started);
  const { text, isCut } = stderr();
  return { failure, stderr: scrub(text, call.secrets, isCut) };
}

type Child = ChildProcessByStdio<Writable, null, Readable>;

/** A sentence's end where it cannot even be tried, e.g. because an argument has a NUL in it. */
function start(ctx: ProgramContext, call: ProgramCall): Child | string {
  try {
    return spawn(call.path, call.args, {
      cwd: ctx.cwd,
      env: { ...call.env },
      shell: false,
      detached: ctx.platform !== 'win32',
      stdio: ['pipe', 'ignore', 'pipe'],
      windowsHide: true,
    });
  } catch {
    // The error's message repeats the arguments.
    return 'cannot be run: an argument or a variable is not valid';
  }
}

/** How long after its end a program's last words are waited for: a process that it left behind may keep stderr open. */
const lastWordsMs = 1000;

function failureOf(ctx: ProgramContext, child: Child): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`cannot be run: ${systemReason(error)}`));
    child.once('exit', (code, signal) => {
      const patience = ctx.timeout(lastWordsMs);
      function finish(): void {
        patience.clear();
        child.stderr.destroy();
        resolve(code === 0 ? null : endingOf(code, signal));
      }
      child.once('close', finish);
      patience.signal.addEventListener('abort', finish, { once: true });
    });
  });
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): string {
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`;
}

const maxBytes = 64 * 1024;

function collect(stream: Readable): () => { readonly text: string; readonly isCut: boolean } {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < maxBytes) chunks.push(chunk.subarray(0, maxBytes - size));
    size += chunk.length;
  });
  return () => ({ text: Buffer.concat(chunks).toString(), isCut: size > maxBytes });
}

/** Kills a program when `stop` is aborted, with all the processes of the group that it leads; on Windows, it alone. */
function killWhen(stop: AbortSignal, child: ChildProcess, platform: NodeJS.Platform): void {
  function onStop(): void {
    killGroup(child, platform);
  }
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  child.once('exit', () => stop.removeEventListener('abort', onStop));
}

function killGroup(child: ChildProcess, platform: NodeJS.Platform): void {
  if (child.pid === undefined) return;
  if (platform === 'win32') {
    child.kill('SIGKILL');
    return;
  }
  try {
    kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
