import type { StoreHistory } from './store-history.ts';

/** What happened in one simulation, as the checks see it. Times are milliseconds since the epoch, by the one true clock. */
export interface History {
  readonly runs: readonly Run[];
  readonly changes: readonly Change[];
  readonly issued: readonly IssuedSecret[];
  readonly writes: readonly Write[];
  /** Null where every run has the state of its own folder only. */
  readonly store: StoreHistory | null;
  /** What the account's target holds at the end; null where it holds nothing, or where nobody came afterwards to mend it. */
  readonly last: IssuedSecret | null;
  /** When it was over. */
  readonly end: number;
}

/** One command of one runner. */
export interface Run {
  readonly number: number;
  readonly argv: readonly string[];
  /** Whether it came to mend what the others had left, once they had ended. */
  readonly isFollowUp: boolean;
  readonly pid: number;
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
  /** For which times it was frozen. */
  readonly freezes: Span[];
  /** Entries that its last words name, and that are not in its state at that time. */
  missingEntries: readonly string[];
  /** When the store was asked that last told it who holds the account; null where none ever did. */
  toldAt: number | null;
  /** When the service was asked that last told it anything. */
  lookedAt: number | null;
  /** Whether it was handed a credential, and has not gone on with it yet. */
  isKeeping: boolean;
  /** Whether the store failed when it was last to keep a credential of this run. */
  hasFailedToKeep: boolean;
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A request that changes something. */
export interface Change {
  readonly run: Run;
  readonly sentAt: number;
  /** `Run.toldAt` at that time. */
  readonly toldAt: number | null;
  /** Whether the run held the account then, as the store knew it; null without a store. */
  readonly isHeld: boolean | null;
  /** When its exchange had ended for the run; null while it has not. */
  endedAt: number | null;
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
  /** Where it was when it was looked for last, while it worked: `target`, `journal`, `store`, `stdout`; null: it never was. */
  foundIn: readonly string[] | null;
}

/** A credential that came into a target. */
export interface Write extends Pick<Run, 'toldAt' | 'lookedAt'> {
  readonly run: Run;
  readonly path: string;
  readonly at: number;
  readonly secret: IssuedSecret;
}
