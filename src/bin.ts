#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';

import { hintText, sactl, type ConnectionFlags } from './model/hint.ts';
import { answerAtOnce } from './at-once.ts';
import { builtFile } from './built-file.ts';
import { keepCompiled } from './code-cache.ts';
import type { Context, Fetch, Output, Prompter, TextReading, Timeout } from './context.ts';
import { isSandboxOn } from './model/run-environment.ts';
import { openOutput } from './descriptor.ts';
import { CliError, ExitCode, InterruptedError } from './errors.ts';
import { systemCode, systemReason } from './files/system-error.ts';
import { once, processIdentity } from './process-identity.ts';
import type { ProgramExit } from './programs/program.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const argv = process.argv.slice(2);
void start();

async function start(): Promise<void> {
  const answer = await answerAtOnce(argv, {
    folder: import.meta.dirname,
    context: () => realContext(once(listenForSignals)),
    columns: () => openStream(1).columns,
  });
  await (answer === null ? run() : print(answer));
}

async function print(answer: string): Promise<void> {
  await openStream(1)
    .write(answer)
    .catch((error: unknown) => {
      if (systemCode(error) === 'EPIPE') return;
      process.stderr.write(`sactl: cannot write to stdout: ${systemReason(error)}\n`);
      process.exitCode = ExitCode.failed;
    });
}

function openStream(descriptor: 1 | 2): Output {
  return openOutput(descriptor, () => (descriptor === 1 ? process.stdout : process.stderr), process.platform);
}

/** Builds the real Context, runs, and exits with the code once everything is written. */
async function run(): Promise<void> {
  process.title = 'sactl';
  // Node's own warnings are for developers; what is wrong is said in our words.
  process.removeAllListeners('warning');
  const { enableCompileCache } = process.getBuiltinModule('node:module');
  keepCompiled({ env: process.env, userId: process.geteuid?.() ?? null }, enableCompileCache);
  const { main } = await import('./main.ts');
  // Everything is written by now, so what else keeps the process alive does not matter.
  process.exit(await main(argv, realContext(once(listenForSignals)), beginAnew));
}

/** Ends the process where another one has to run in its place. What is refused at once needs none, and it takes a millisecond. */
async function beginAnew(): Promise<void> {
  const { startAnew } = await import('./start-anew.ts');
  const ended = await startAnew(process, (listener) => {
    for (const name of signals) process.on(name, listener);
  });
  if (ended !== null) endAs(ended);
}

/** Ends as the process did that ran in the place of this one. V8 itself ends one that has too little memory. */
function endAs({ code, signal }: ProgramExit): never {
  if (signal === 'SIGABRT' || signal === 'SIGTRAP') {
    process.stderr.write('sactl: Node.js ran out of memory; raise the limit of the address space (ulimit -v)\n');
  } else if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(code ?? ExitCode.failed);
}

interface Interrupts extends Pick<Context, 'signal' | 'mutating' | 'blocking'> {
  /** Runs work during which a Ctrl-C is another process's at this terminal, which gets it, too. */
  readonly lending: (work: () => Promise<void>) => Promise<void>;
}

/** Nobody presses Ctrl-C twice within this time: what comes then was passed on by another process. */
const sameSignalMs = 100;

/** The first signal asks the program to stop, the second ends it at once. */
function listenForSignals(): Interrupts {
  const controller = new AbortController();
  // Every request listens to it, and a run over many accounts has many.
  setMaxListeners(0, controller.signal);
  const exitCodes: (() => ExitCode)[] = [];
  /** The exit code of a change that has ended: the rest of the run only prints. */
  let ended: ExitCode | null = null;
  let firstAt = 0;
  function interrupt(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
    const interruption = new InterruptedError(name);
    if (controller.signal.aborted && Date.now() - firstAt < sameSignalMs) return;
    if (controller.signal.aborted) endAtOnce(exitCodes.at(-1)?.() ?? ended ?? interruption.exitCode);
    firstAt = Date.now();
    controller.abort(interruption);
  }
  for (const name of signals) process.on(name, interrupt);
  async function mutating<Result>(
    work: () => Promise<Result>,
    interrupted: () => ExitCode = () => ExitCode.unknownOutcome,
  ): Promise<Result> {
    exitCodes.push(interrupted);
    try {
      const result = await work();
      ended = ExitCode.done;
      return result;
    } catch (error) {
      ended = error instanceof CliError ? error.exitCode : ExitCode.unknownOutcome;
      throw error;
    } finally {
      exitCodes.splice(exitCodes.indexOf(interrupted), 1);
    }
  }
  function blocking<Result>(work: () => Result): Result {
    for (const name of signals) process.off(name, interrupt);
    try {
      return work();
    } finally {
      for (const name of signals) process.on(name, interrupt);
    }
  }
  async function lending(work: () => Promise<void>): Promise<void> {
    process.on('SIGINT', ignore);
    process.off('SIGINT', interrupt);
    try {
      await work();
    } finally {
      process.on('SIGINT', interrupt);
      process.off('SIGINT', ignore);
    }
  }
  return { signal: controller.signal, mutating, blocking, lending };
}

/** Without a listener the process would end. */
function ignore(): void {}

/** A terminal shows why, since nothing else is printed. */
function endAtOnce(code: ExitCode): never {
  const isOpen = code === ExitCode.unknownOutcome || code === ExitCode.undelivered;
  const flags: ConnectionFlags = argv.includes('--sandbox') || isSandboxOn(process.env) ? [['--sandbox']] : [];
  const list = hintText(sactl`recover list`, flags);
  const rest = isOpen ? `, and what was sent may have been done: ${list}` : '';
  if (isTerminal(2)) orElse(() => void writeSync(2, `\nsactl: ended at once${rest}\n`), undefined);
  process.exit(code);
}

/** Not at the start, because it takes half a millisecond, and what is refused or answered at once needs none of it. */
function os() {
  return process.getBuiltinModule('node:os');
}

/** Listens for signals with the first look at them: what is refused at once needs none, and they take half a millisecond. */
function realContext(interrupts: () => Interrupts): Context {
  let hasPerson: boolean | null = null;
  return {
    stdin: {
      get isTTY() {
        hasPerson ??= isTerminal(0);
        return hasPerson;
      },
      text: (maxBytes) => readStdin(maxBytes, interrupts().signal),
      chunks: () => openStdin(interrupts().signal),
    },
    stdout: openStream(1),
    stderr: openStream(2),
    env: process.env,
    cwd: orElse(() => process.cwd(), '/'),
    get homeDirectory() {
      return homeOf(orElse(() => os().homedir(), '/nonexistent'));
    },
    userId: process.getuid?.() ?? null,
    // Each change is logged with it, and where it is kept may be far away.
    userName: once(() => orElse(() => os().userInfo().username, null)),
    platform: process.platform,
    nodeVersion: process.versions.node,
    timeZone: undefined,
    built: (name) => builtFile(import.meta.dirname, name),
    fetch: lazyFetch(),
    prompt: lazyPrompter(() => interrupts().signal),
    page: async (pager, text) => {
      const { feedProgram } = await import('./programs/program.ts');
      const { lending, signal } = interrupts();
      await lending(() => feedProgram(pager, text, signal));
    },
    get signal() {
      return interrupts().signal;
    },
    mutating: (...work) => interrupts().mutating(...work),
    blocking: (work) => interrupts().blocking(work),
    now: Date.now,
    sleep,
    timeout: startTimeout,
    uuid: () => crypto.randomUUID(),
    get self() {
      return processIdentity(
        process,
        orElse(() => os().hostname(), ''),
      );
    },
  };
}

/** Against the working directory, a home would be a folder of anyone's making. */
function homeOf(path: string): string | null {
  return process.getBuiltinModule('node:path').isAbsolute(path) ? path : null;
}

/** The working directory may have been deleted, and a user may have no home: both matter to few commands. */
function orElse<Value>(find: () => Value, fallback: Value): Value {
  try {
    return find();
  } catch {
    return fallback;
  }
}

/** Does not touch `process.stdin`, which would start to read. */
function isTerminal(descriptor: 0 | 2): boolean {
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

function openStdin(signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { stdin } = process;
  signal.throwIfAborted();
  signal.addEventListener('abort', () => stdin.destroy(signal.reason), { once: true });
  return stdin;
}

async function readStdin(maxBytes: number, signal: AbortSignal): Promise<TextReading> {
  const { readTextOf } = await import('./files/bounded-file.ts');
  return readTextOf(openStdin(signal), maxBytes);
}

/** Loaded with the first request: many commands send none. */
function lazyFetch(): Fetch {
  let loading: Promise<Fetch> | null = null;
  return async (...request) => {
    loading ??= loadFetch();
    return (await loading)(...request);
  };
}

async function loadFetch(): Promise<Fetch> {
  const { createFetch } = await import('./http/fetch.ts');
  return createFetch({ timeout: startTimeout, nodeVersion: process.versions.node });
}

function startTimeout(milliseconds: number): Timeout {
  const controller = new AbortController();
  // A reason of its own spares making an exception with its stack.
  const timer = setTimeout(() => controller.abort('timeout'), milliseconds);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const { setTimeout: wait } = await import('node:timers/promises');
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}

/** What is pasted may come in parts. */
const quietMs = 150;

/** Loaded with the first question: the package takes 100 ms, and most runs ask nothing. */
function lazyPrompter(signal: () => AbortSignal): Prompter {
  async function load(): Promise<Prompter> {
    // The package of the prompts knows no other way to be told.
    if (argv.includes('--no-color')) process.env['NO_COLOR'] = '1';
    const { createPrompter } = await import('./prompts/prompter.ts');
    const { stdin: input, stderr: output } = process;
    return createPrompter({ input, output, signal: signal(), quiet: () => startTimeout(quietMs) });
  }
  return {
    confirm: async (question) => (await load()).confirm(question),
    input: async (question) => (await load()).input(question),
    password: async (question) => (await load()).password(question),
    select: async (question) => (await load()).select(question),
    checkbox: async (question) => (await load()).checkbox(question),
  };
}
