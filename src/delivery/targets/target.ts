import type { Context } from '../../context.ts';
import type { CredentialKind, Secret } from '../../model/credential.ts';
import type { Starts, UserPlace } from '../../files/home.ts';
import type { KnownWays } from '../../files/private-directory.ts';
import type { ProviderName } from '../../model/account.ts';

/** A place a credential goes to (`--to`), for one account: everything in its name is expanded. */
export interface Target {
  /** As it is printed, e.g. `file:secrets/ci-deploy.token`. */
  readonly name: string;
  /** What tells it from other targets; to be asked for after `preflight`. */
  readonly place: () => Promise<TargetPlace>;
  /**
   * Tries everything that can be tried without the secret, and leaves nothing behind.
   * @returns warnings, one sentence each
   * @throws UsageError that names the target
   */
  readonly preflight: () => Promise<readonly string[]>;
  /** What is there now, where a provider can read an older credential out of it; null when nothing is. */
  readonly holds?: () => Promise<string | null>;
  /** Whether nothing is there; null where that cannot be told. Absent where it cannot be read. */
  readonly isEmpty?: () => Promise<boolean | null>;
  /** What is stored there now; null where that cannot be told. Absent where nobody says it. */
  readonly stored?: () => Promise<StoredValue | null>;
  /**
   * Puts the credential there, all of it or nothing.
   * @throws TargetError; InterruptedError when `signal` ended it
   */
  readonly deliver: (payload: TargetPayload, signal: AbortSignal) => Promise<void>;
}

/** What a service says of the value in a target, without the value. */
export interface StoredValue {
  /** Whether there is a value that is not empty. */
  readonly isThere: boolean;
  /** As the service counts or names them; null where it has none. */
  readonly version: string | null;
  /** When it was written, in ISO 8601; null where the service does not tell. */
  readonly updatedAt: string | null;
}

/** Two targets are the same when their places are, whatever the case, and their slots are the same or one has none. */
export interface TargetPlace {
  /** e.g. the resolved path of a file, or `gh-secret:acme/app`. */
  readonly place: string;
  /** e.g. a key in a file; null is the whole place. */
  readonly slot: string | null;
}

/** What targets are given of a credential. No text ends with a line break. */
export interface TargetPayload {
  /** What the provider's own tools read: a token, a client secret, or a session as one line of JSON. */
  readonly text: Secret;
  /** The credential object that `--json` prints, with its value, as one line of JSON: for `file+json:` and `exec+json:`. */
  readonly json: Secret;
  readonly meta: TargetMeta;
}

/** What may be known of a credential without knowing it. Times are ISO 8601. */
export interface TargetMeta {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly organization: string | null;
  readonly id: string;
  readonly name: string;
  readonly kind: CredentialKind;
  readonly clientId: string | null;
  readonly fingerprint: string;
  readonly expiresAt: string | null;
}

/** Whose credential it is: what `{provider} {profile} {org} {id} {name}` expand to. The id is null before a create. */
export interface Subject {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly organization: string | null;
  readonly id: string | null;
  readonly name: string;
}

/** What targets may touch. */
export interface TargetEnvironment {
  readonly ctx: TargetContext;
  /** In the sandbox only files below the working directory are written; other targets are simulated (docs/design.md 7). */
  readonly isSandbox: boolean;
  /** The file that the profile's credential comes from; null where it comes from elsewhere, or there is no profile. */
  readonly profileFile: string | null;
  /** Where its path starts that is relative to the file that names it; default null. */
  readonly profileStart?: UserPlace['start'];
  /** Where a session is kept that another one replaces. */
  readonly backupDirectory: string;
  /** Environment variables that hold credentials of providers, which programs are not given. */
  readonly credentialVariables: readonly string[];
  readonly files: SharedFiles;
}

/** What all file targets of one command share, so that many in one folder cost little more than one. */
export interface SharedFiles {
  /** Makes what was put into a folder last. @throws the system's error */
  readonly flushFolder: (folder: string) => Promise<void>;
  /** Runs work on a file after all earlier work on it by this process that went through here. */
  readonly inTurn: <Result>(path: string, work: () => Promise<Result>) => Promise<Result>;
  /** Trials of folders that were made, or are under way, by what tells them apart. */
  readonly trials: Map<string, Promise<void>>;
  /** The ways to folders that a preflight has looked at. A delivery looks again. */
  readonly ways: KnownWays;
  readonly starts: Starts;
}

export type TargetContext = Pick<
  Context,
  'env' | 'stderr' | 'cwd' | 'homeDirectory' | 'platform' | 'self' | 'userId' | 'signal' | 'sleep' | 'timeout' | 'uuid'
>;

/** A target that did not take the credential. The message is one line without secrets and without the target's name. */
export class TargetError extends Error {
  /** Whether another try may succeed. */
  readonly isRetryable: boolean;

  constructor(message: string, options: { isRetryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TargetError';
    this.isRetryable = options.isRetryable;
  }
}
