/** What happened in one simulation, as the checks see it. Times are milliseconds since the epoch. */
export interface History {
  readonly runs: readonly Run[];
  readonly changes: readonly Change[];
  readonly issued: readonly IssuedSecret[];
  readonly writes: readonly Write[];
  /** When it was over. */
  readonly end: number;
}

/** One command of one runner. */
export interface Run {
  readonly number: number;
  readonly argv: readonly string[];
  /** Absolute paths. */
  readonly stateDirectory: string;
  readonly targets: readonly string[];
  state: 'waiting' | 'running' | 'ended' | 'crashed';
  startedAt: number | null;
  endedAt: number | null;
  code: number | null;
  stdout: string;
  stderr: string;
  /** What `main` rejected with; it never should. */
  thrown: unknown;
  /** The longest time for which it was frozen. */
  longestPauseMs: number;
  /** Entries that its last words name, and that are not in its state folder at that time. */
  missingEntries: readonly string[];
}

/** A request that changes something. */
export interface Change {
  readonly run: Run;
  readonly sentAt: number;
  /** When the service was done with it; null while it is not, and where it never is. */
  doneAt: number | null;
}

/** A credential that the service issued. */
export interface IssuedSecret {
  readonly secret: string;
  readonly at: number;
  readonly change: Change;
  /** When another took its place; null while it works. */
  diedAt: number | null;
  /** The change that ended it. */
  endedBy: Change | null;
  /** Whether a run that went on was handed the answer with it. */
  isReceived: boolean;
  /** Where it was at the end: `target`, `journal`, `stdout`. */
  foundIn: readonly string[];
}

/** A credential that came into a target. */
export interface Write {
  readonly run: Run;
  readonly path: string;
  readonly at: number;
  readonly secret: IssuedSecret;
}
