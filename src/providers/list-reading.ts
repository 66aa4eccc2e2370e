/** What could be read of a list. */
export interface ListReading<Row> {
  readonly rows: readonly Row[];
  /** What is left out, one sentence each. */
  readonly warnings: readonly string[];
}
