import type { CredentialField } from './field.ts';
import type { TargetKindName, TargetOption } from './kinds.ts';
import type { Subject, Target, TargetEnvironment } from './target.ts';

/** One value of `--to`, taken apart but not expanded. */
export interface TargetSpec {
  /** As the user gave it. */
  readonly given: string;
  /** e.g. `file`; without `+json`. */
  readonly scheme: TargetKindName;
  /** Whether it takes the whole credential object (`file+json:`). */
  readonly isJson: boolean;
  /** Between the first `:` and the last `#`, where the kind has slots; else all after the `:`. Without options and field. */
  readonly body: string;
  /** After the last `#`; null where the kind has no slots, or it was left out. */
  readonly slot: string | null;
  /** e.g. `{ region: 'eu-west-1' }`; only those that the kind has. */
  readonly options: Readonly<Partial<Record<TargetOption, string>>>;
  /** The part of the credential that goes there. */
  readonly field: CredentialField;
}

/** The code of one kind of target, in a file of its own. */
export interface Scheme {
  /** What is wrong with it for every account, one sentence each, without the target's name. */
  readonly problems: (spec: TargetSpec, environment: TargetEnvironment) => readonly string[];
  /** The target for one account. @throws UsageError when a value of the account cannot be part of it */
  readonly create: (spec: TargetSpec, subject: Subject, environment: TargetEnvironment) => Target;
}
