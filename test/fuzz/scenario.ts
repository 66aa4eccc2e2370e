/** Command lines on one machine, and all that the world does to them. Plain data, so that a failing one can be printed. */
export interface Scenario {
  /** Run one after another, in the same folders. */
  readonly commands: readonly CommandLine[];
  /** `$ROOT` stands for the folder that holds everything, here and wherever text is. */
  readonly env: Readonly<Record<string, string>>;
  /** By path below the root: `work/` is the working directory, `home/` the user's. */
  readonly files: Readonly<Record<string, string>>;
  readonly server: ServerScript;
}

export interface CommandLine {
  readonly argv: readonly string[];
  readonly stdin: string;
  /** Columns of the terminal that all three streams are; null: they are none. */
  readonly terminal: number | null;
  /** What a person says to one question after another; then it is always yes. */
  readonly answers: readonly (string | boolean | null)[];
  /** A code of the system's that every write to stdout fails with; null: it takes everything. */
  readonly stdoutError: string | null;
  readonly isStdoutDiscarded: boolean;
  readonly interrupt: Interrupt | null;
}

export interface Interrupt {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** The command's request during which it comes, from 1, or the first that changes something; 0 is before it starts. */
  readonly atRequest: number | 'change';
}

export interface ServerScript {
  /** Real sockets on loopback, or an injected fetch. */
  readonly transport: 'memory' | 'wire';
  readonly controlPlane: '2.20' | '2.23' | '2.24' | '3.0';
  /** What the first accounts are called instead. */
  readonly names: readonly string[];
  /** The request that the first reaction is to: the first one, or the first that changes something. */
  readonly begins: 'at once' | 'with a change';
  /** What is done to one request after another; null answers it as the service does. */
  readonly reactions: readonly (Reaction | null)[];
  /** Whether the last reaction is to all further requests, too. */
  readonly goesOn: boolean;
}

export interface Reaction {
  /** Whether the service does what it was asked for before anything goes wrong. */
  readonly commits: boolean;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'reset' }
  /** Nothing ever comes. */
  | { readonly kind: 'silence' }
  /** Sent as it is, on a real socket only; else a reset. */
  | { readonly kind: 'raw'; readonly text: string; readonly end: 'close' | 'reset' | 'stay' }
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: Body;
    };

/** `$AUTH`, `$TOKEN` and `$SENT` in texts stand for the request's Authorization header, the token in it, and its body. */
export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'repeated'; readonly text: string; readonly times: number }
  /** What the service itself answers. */
  | { readonly kind: 'real' }
  /** The same, changed in places of its JSON. */
  | { readonly kind: 'edited'; readonly edits: readonly Edit[] }
  /** The same, ended after a part of it. */
  | { readonly kind: 'cut'; readonly share: number; readonly breaks: boolean }
  | { readonly kind: 'endless'; readonly text: string }
  /** Begins, and never goes on. */
  | { readonly kind: 'drip'; readonly text: string }
  /** Packed, and much longer unpacked. */
  | { readonly kind: 'bomb'; readonly mebibytes: number; readonly layers: number };

export interface Edit {
  /** Counts through all places in the document, and begins again. */
  readonly place: number;
  readonly change: 'replace' | 'add' | 'remove' | 'repeat';
  /** JSON text, to replace it with, or of an unknown key. */
  readonly json: string;
}
