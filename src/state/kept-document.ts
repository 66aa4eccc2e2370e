/** One text that several runs read and change: a file on this machine, or a value in a store. */
export interface KeptDocument {
  /** For messages, e.g. a path. */
  readonly place: string;
  /** Null where there is none yet. @throws CliError */
  readonly read: () => Promise<string | null>;
  /**
   * Puts what `change` makes of it in its place, and loses nothing that another run changes meanwhile: then `change` is asked
   * again. Where it answers null, or throws, nothing is written.
   * @throws what `change` throws; CliError
   */
  readonly update: (change: (text: string | null) => string | null) => Promise<void>;
}
