import type { RequiredAction } from '../errors.ts';

/** A request as `--dry-run` shows it. */
export interface PlannedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** A change that was checked as far as reading allows, and nothing of it sent. */
export interface Plan<Result> {
  readonly requests: readonly PlannedRequest[];
  /** What it will do, one sentence each, e.g. `the current token stops working at once`. */
  readonly effects: readonly string[];
  /**
   * Whether it would end, disable, disarm or move the account that the caller signs in with; null where that cannot be
   * told, absent where it does nothing of the kind (docs/design.md 6).
   */
  readonly isSelf?: boolean | null;
  /** What a person has to do in the provider's console; `apply` then only records that it was done. */
  readonly action?: RequiredAction;
  readonly apply: (options: ApplyOptions) => Promise<Result>;
}

export interface ApplyOptions {
  /** Ends the wait for an answer. */
  readonly signal: AbortSignal;
  /** Called after each of several steps with what was done, e.g. `deleted access rule 17`. */
  readonly report: (step: string) => Promise<void>;
}
