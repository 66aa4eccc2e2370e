import type { SecureContext } from 'node:tls';

import type { ExitCode } from './errors.ts';

/** Everything the program may touch outside itself. `bin.ts` builds the real one, tests build their own. */
export interface Context {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** Absolute path; relative paths on the command line start here. */
  readonly cwd: string;
  /** Absolute path; null where the variable that names it is empty or relative. */
  readonly homeDirectory: string | null;
  /** The user's numeric id, null where the system has none (Windows). */
  readonly userId: number | null;
  /** The name that the system has for the user; null where it has none, as for most ids in a container. */
  readonly userName: () => string | null;
  readonly platform: NodeJS.Platform;
  /** e.g. `20.19.0`. */
  readonly nodeVersion: string;
  /** IANA zone for times shown to people; undefined is the system's own. */
  readonly timeZone: string | undefined;
  /** The text of a file that the build wrote beside the program, e.g. `commands.json`; null where there is none. */
  readonly built: (name: string) => string | null;
  readonly fetch: Fetch;
  readonly prompt: Prompter;
  /**
   * Gives the terminal to a pager until it ends, however it ends; a Ctrl-C is its own meanwhile. Rejects with the system's
   * error where it cannot be started, and with the reason of `signal` where that ended it.
   */
  readonly page: (pager: Pager, text: string) => Promise<void>;
  /** Aborted by SIGINT, SIGTERM and SIGHUP; the reason is an `InterruptedError`. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Starts a timer that aborts its signal after `milliseconds`, unless it is cleared; it keeps the process alive. */
  readonly timeout: (milliseconds: number) => Timeout;
  /** Runs work during which a second interrupt ends the program with `interrupted()`, by default 7, instead of 130. */
  readonly mutating: <Result>(work: () => Promise<Result>, interrupted?: () => ExitCode) => Promise<Result>;
  /** Runs synchronous work that may not end, with the process's signals at their default. */
  readonly blocking: <Result>(work: () => Result) => Result;
  /** A new random UUID (v4). */
  readonly uuid: () => string;
  readonly self: ProcessIdentity;
}

/** This process among those of its machine, for locks and journal entries. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The machine's name. */
  readonly host: string;
  /** Whether a process of this machine exists, of any user, and has not ended: a zombie has. */
  readonly isRunning: (pid: number) => boolean;
  /** Left out where the system tells none of them. */
  readonly marks?: ProcessMarks;
}

/** What tells a process from a later one of the same number, and from one of another container. Null is not known. */
export interface ProcessMarks {
  /** Differs for every start of every machine. */
  readonly bootId: () => string | null;
  readonly pidNamespace: () => string | null;
  /** In clock ticks since the boot. */
  readonly startTime: (pid: number) => string | null;
}

/** Sends one request. Rejects with an error that has the `code` of Node or undici along its causes. */
export type Fetch = (input: string | URL, init?: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit extends RequestInit {
  headers?: Record<string, string>;
  body?: string | Uint8Array | null;
  /** Default: no proxy, and the CAs of Node. */
  transport?: Transport;
  /**
   * Whether it does no harm when the answer is lost, so that any connection will do: nothing is changed, or what was done can be
   * looked up and sent again. Default: whether it is a GET.
   */
  isRepeatable?: boolean;
  /** Called with whom a connection is being made to, and with null once it stands; never where none has to be made. */
  onConnecting?: (peer: Peer | null) => void;
}

/** How an endpoint is reached. Connections are never shared between two of these. */
export interface Transport {
  readonly proxy: Proxy | null;
  /** Replaces Node's own CAs. */
  readonly secureContext: SecureContext | null;
}

export interface Proxy {
  /** Without user name and password, e.g. `http://proxy.example:3128`. */
  readonly url: string;
  /** Value of the Proxy-Authorization header. */
  readonly authorization: string | null;
  /** The variable that names it, e.g. `https_proxy`. */
  readonly source: string;
}

/** Whom a connection is being made to: a proxy, or the service itself. */
export interface Peer {
  readonly proxy: Proxy | null;
}

/** The part of a `Response` that is used. */
export interface FetchAnswer {
  readonly status: number;
  /** Names in lower case, and values; those of a repeated name may be joined with commas. */
  readonly headers: Iterable<[name: string, value: string]>;
  readonly body: { readonly getReader: () => BodyReader } | null;
}

/** Reads a decompressed body in pieces. */
export interface BodyReader {
  readonly read: () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Releases the connection where the body was not read to its end. */
  readonly cancel: () => Promise<void>;
}

export interface Timeout {
  readonly signal: AbortSignal;
  readonly clear: () => void;
}

/** A program that shows text page by page. */
export interface Pager {
  /** Absolute. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Text that was read, or a few words saying why there is none, e.g. `there is no such file`. */
export type TextReading =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: string };

export interface Input {
  readonly isTTY: boolean;
  /** Reads to the end; the problem says whether it is more than `maxBytes`, or not UTF-8. */
  readonly text: (maxBytes: number) => Promise<TextReading>;
  /** Reads to the end, piece by piece. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

export interface Output {
  readonly isTTY: boolean;
  /** Undefined when it is not a terminal. */
  readonly columns: number | undefined;
  /** Undefined when it is not a terminal. */
  readonly rows: number | undefined;
  /** True for the null device and a closed descriptor. */
  readonly discards: boolean;
  /** Whether it is a file on disk. */
  readonly isFile: boolean;
  /** Resolves when the operating system took all of it; rejects with its error (`EPIPE`, `ENOSPC`). */
  readonly write: (text: string) => Promise<void>;
}

export interface PromptChoice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  /** What is searched when somebody types, e.g. name and id; default: label and value. */
  readonly names?: readonly string[];
  /** Why it cannot be chosen. */
  readonly disabled?: string;
}

/** Questions to a person, asked on stderr. Every one rejects with an `InterruptedError` on Ctrl-C. */
export interface Prompter {
  readonly confirm: (question: { message: string; default: boolean }) => Promise<boolean>;
  readonly input: (question: {
    message: string;
    /** Taken where nothing is typed. */
    default?: string;
    /** Stands on the line from the start, and may be changed and emptied. */
    initial?: string;
    validate?: (value: string) => string | true;
  }) => Promise<string>;
  /** The answer is not shown. It has one line, or several until it `isWhole`. */
  readonly password: (question: { message: string; isWhole?: (text: string) => boolean }) => Promise<string>;
  readonly select: (question: {
    message: string;
    choices: readonly PromptChoice[];
    default?: string;
  }) => Promise<string>;
  /** `chosen` are chosen from the start, also those that cannot be chosen. */
  readonly checkbox: (question: {
    message: string;
    choices: readonly PromptChoice[];
    chosen?: readonly string[];
  }) => Promise<string[]>;
}
