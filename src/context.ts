import type { SecureContext } from 'node:tls';

import type { ExitCode } from './errors.ts';

/** Everything the program may touch outside itself. `bin.ts` builds the real one, tests build their own. */
export interface Context {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** Absolute path that relative paths on the command line are resolved against. */
  readonly cwd: string;
  readonly homeDirectory: string;
  /** Numeric id of the user, null where the system has none (Windows). */
  readonly userId: number | null;
  readonly platform: NodeJS.Platform;
  /** Of Node, e.g. `20.19.0`. */
  readonly nodeVersion: string;
  /** IANA zone for times shown to people; undefined is the system's own. */
  readonly timeZone: string | undefined;
  readonly fetch: Fetch;
  readonly prompt: Prompter;
  /** Aborted by SIGINT, SIGTERM and SIGHUP; the reason is an `InterruptedError`. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Starts a clock that aborts its signal after `milliseconds`, unless it is cleared; it keeps the process alive. */
  readonly timeout: (milliseconds: number) => Timeout;
  /**
   * Runs work during which a second interrupt ends the program with the code that `interrupted` gives, instead of 130.
   * Default: outcome unknown (7).
   */
  readonly mutating: <Result>(work: () => Promise<Result>, interrupted?: () => ExitCode) => Promise<Result>;
  /** Runs synchronous work that may not come to an end, with the process's signals at their default. */
  readonly blocking: <Result>(work: () => Result) => Result;
  /** A new random UUID (v4). */
  readonly uuid: () => string;
  readonly self: ProcessIdentity;
}

/** This process among those of its machine, for locks and for entries that others may find. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The machine's name. */
  readonly host: string;
  /** Whether a process of this machine is there, whoever's it is. */
  readonly isRunning: (pid: number) => boolean;
}

/** Global `fetch`, or something in its place, which rejects as `fetch` does: with an error that Node's code is in. */
export type Fetch = (input: string | URL, init?: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit extends RequestInit {
  headers?: Record<string, string>;
  body?: string | null;
  /** What is trusted in place of Node's own CAs; without a dispatcher only. */
  secureContext?: SecureContext;
}

/** What is used of a `Response`. */
export interface FetchAnswer {
  readonly status: number;
  /** Names in lower case, and values; a name that came several times may have one value with commas. */
  readonly headers: Iterable<[name: string, value: string]>;
  readonly body: { readonly getReader: () => BodyReader } | null;
}

/** Reads a body that was unpacked already, piece by piece. */
export interface BodyReader {
  readonly read: () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Lets go of the connection where the body was not read to its end. */
  readonly cancel: () => Promise<void>;
}

export interface Timeout {
  readonly signal: AbortSignal;
  readonly clear: () => void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Input {
  readonly isTTY: boolean;
  /** Reads to the end; null when that is more than `maxBytes`, or not UTF-8 text. */
  readonly text: (maxBytes: number) => Promise<string | null>;
}

export interface Output {
  readonly isTTY: boolean;
  /** Width in columns; undefined when it is not a terminal. */
  readonly columns: number | undefined;
  /** True when nothing written here can be read again: the null device, or a descriptor that was closed. */
  readonly discards: boolean;
  /** Whether it is a file on disk, which nobody reads while it is written. */
  readonly isFile: boolean;
  /** Resolves when the operating system took all of it; rejects with its error (`EPIPE`, `ENOSPC`). */
  readonly write: (text: string) => Promise<void>;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  /** A reason why it cannot be chosen. */
  readonly disabled?: string;
}

/** Questions to a person, asked on stderr. Every one rejects with an `InterruptedError` on Ctrl-C. */
export interface Prompter {
  readonly confirm: (question: { message: string; default: boolean }) => Promise<boolean>;
  readonly input: (question: {
    message: string;
    default?: string;
    validate?: (value: string) => string | true;
  }) => Promise<string>;
  /** What is typed is not shown. It has one line, or as many as it takes until it `isWhole`. */
  readonly password: (question: { message: string; isWhole?: (text: string) => boolean }) => Promise<string>;
  readonly select: (question: { message: string; choices: readonly Choice[] }) => Promise<string>;
  readonly checkbox: (question: { message: string; choices: readonly Choice[] }) => Promise<string[]>;
}

/** Whether a person can be asked: all three streams are terminals and `CI` does not say otherwise (docs/design.md 1). */
export function isTerminal(ctx: Context): boolean {
  return ctx.stdin.isTTY && ctx.stdout.isTTY && ctx.stderr.isTTY && !isCI(ctx.env);
}

/** Whether `CI` is set to anything but `0` or `false`. */
export function isCI(env: Environment): boolean {
  const value = (env['CI'] ?? '').trim().toLowerCase();
  return value !== '' && value !== '0' && value !== 'false';
}

/** Whether the environment asks for the sandbox, as `--sandbox` does. */
export function isSandboxOn(env: Environment): boolean {
  return /^\s*(?:1|true)\s*$/.test(env['SACTL_SANDBOX'] ?? '');
}
