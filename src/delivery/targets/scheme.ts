import type { Subject, Target, TargetEnvironment } from './target.ts';

/** One value of `--to`, taken apart but not expanded. */
export interface TargetSpec {
  /** As the user gave it. */
  readonly given: string;
  /** e.g. `file`; without `+json`. */
  readonly scheme: string;
  /** Whether it takes the whole credential object (`file+json:`). */
  readonly isJson: boolean;
  /** Between the first `:` and the last `#`, where the scheme has slots; else all after the `:`. */
  readonly body: string;
  /** After the last `#`; null where the scheme has no slots. */
  readonly slot: string | null;
}

/** One kind of target: one file each. */
export interface Scheme {
  readonly hasSlot: boolean;
  readonly takesJson: boolean;
  /** What is wrong with it whoever the account is, one sentence each, without the target's name. */
  readonly problems: (spec: TargetSpec, environment: TargetEnvironment) => readonly string[];
  /** The target for one account. @throws UsageError when a value of the account cannot be part of it */
  readonly create: (spec: TargetSpec, subject: Subject, environment: TargetEnvironment) => Target;
}
