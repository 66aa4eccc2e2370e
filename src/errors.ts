import type { CommandLine, Hint } from './model/hint.ts';

/** The public exit codes; no other file holds the numbers (docs/design.md 3). */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  conflict: 5,
  partial: 6,
  unknownOutcome: 7,
  undelivered: 8,
  actionRequired: 20,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each exit code means, as `sactl help exit-codes`, README.md and the manual say it. */
export const exitCodeMeanings = {
  [ExitCode.done]: 'done',
  [ExitCode.failed]: 'failed, and nothing was changed (or it was a read)',
  [ExitCode.usage]:
    'usage: flag, input, filter, configuration, target or missing confirmation; nothing was sent that changes anything',
  [ExitCode.notFound]: 'not found',
  [ExitCode.auth]: 'authentication or permission',
  [ExitCode.conflict]: 'conflict: the name exists or is ambiguous, or something else changed or locked it',
  [ExitCode.partial]: 'partial: some of several steps failed',
  [ExitCode.unknownOutcome]: 'changed, or possibly changed, and no credential was received: see "sactl recover list"',
  [ExitCode.undelivered]:
    'changed, and the credential is kept but not (fully) delivered, or does not work: see "sactl recover deliver"',
  [ExitCode.actionRequired]: "a step is left that only a person can take in the provider's console",
  [ExitCode.interrupted]: 'interrupted (Ctrl-C) before anything was sent that changes anything',
  [ExitCode.terminated]: 'ended by another signal before anything was sent that changes anything',
} as const satisfies Record<ExitCode, string>;

/** The codes of errors, which are stable for scripts, by the kind of error that has them. */
export const errorCodes = {
  failed: [
    'audit',
    'backup',
    'bad_answer',
    'bug',
    'failed',
    'filter',
    'gone',
    'inventory',
    'journal',
    'lock',
    'not_restored',
    'not_revoked',
    'output',
    'port',
    'refused_credential',
    'report',
    'sandbox',
    'state',
  ],
  usage: ['usage'],
  notFound: ['not_found'],
  auth: ['unauthenticated', 'forbidden'],
  conflict: ['ambiguous', 'conflict', 'exists', 'locked'],
  partial: ['partial'],
  unknownOutcome: ['unknown_outcome'],
  undelivered: ['undelivered'],
  actionRequired: ['action_required'],
  interrupted: ['interrupted'],
  /** Of `HttpError`, whose exit code depends on what the service itself answered. */
  http: [
    'aborted',
    'bad_answer',
    'certificate',
    'conflict',
    'connection_lost',
    'forbidden',
    'gateway',
    'memory',
    'not_found',
    'proxy',
    'rate_limited',
    'redirected',
    'refused',
    'server_error',
    'timeout',
    'too_large',
    'truncated',
    'unauthenticated',
    'unreachable',
  ],
} as const satisfies Record<string, readonly string[]>;

/** The code of any error, or of one kind. */
export type ErrorCode<Kind extends keyof typeof errorCodes = keyof typeof errorCodes> =
  (typeof errorCodes)[Kind][number];

export interface ErrorDetails {
  /** What helps, e.g. a command to run next. */
  readonly hint?: Hint | null;
  readonly provider?: string | null;
  /** HTTP status of the provider's answer. */
  readonly status?: number | null;
  readonly traceId?: string | null;
  /** Whether the same command may succeed when it is run again unchanged. */
  readonly retryable?: boolean;
  /** Whether a newer credential took the place of the one that this is about. */
  readonly superseded?: boolean;
  readonly cause?: unknown;
}

/** An error the user can act on. */
export class CliError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: Hint | null;
  readonly provider: string | null;
  readonly status: number | null;
  readonly traceId: string | null;
  readonly retryable: boolean;
  readonly superseded: boolean;

  constructor(code: ErrorCode, exitCode: ExitCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
    this.hint = details.hint ?? null;
    this.provider = details.provider ?? null;
    this.status = details.status ?? null;
    this.traceId = details.traceId ?? null;
    this.retryable = details.retryable ?? false;
    this.superseded = details.superseded ?? false;
  }

  /** What this error says of the provider's answer and what to do, for another error about the same answer. */
  details(): ErrorDetails {
    const { hint, provider, status, traceId, retryable, superseded } = this;
    return { hint, provider, status, traceId, retryable, superseded };
  }
}

/** Failed and nothing changed: network, bad answer, output. Exit 1. */
export class FailedError extends CliError {
  constructor(code: ErrorCode<'failed'>, message: string, details?: ErrorDetails) {
    super(code, ExitCode.failed, message, details);
  }
}

/** Wrong flags, input, filter or configuration; holds every problem found, one line each. Exit 2. */
export class UsageError extends CliError {
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], details?: ErrorDetails) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super('usage', ExitCode.usage, list.join('; '), details);
    this.problems = list;
  }
}

/** Nothing matches what was named. Exit 3. */
export class NotFoundError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('not_found', ExitCode.notFound, message, details);
  }
}

/** The credential was refused (`unauthenticated`) or may not do this (`forbidden`). Exit 4. */
export class AuthError extends CliError {
  constructor(code: ErrorCode<'auth'>, message: string, details?: ErrorDetails) {
    super(code, ExitCode.auth, message, details);
  }
}

/** A name exists or is ambiguous, or another run changed or locked the account. Exit 5. */
export class ConflictError extends CliError {
  constructor(code: ErrorCode<'conflict'>, message: string, details?: ErrorDetails) {
    super(code, ExitCode.conflict, message, details);
  }
}

/** Some of several steps were done. Exit 6. */
export class PartialError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('partial', ExitCode.partial, message, details);
  }
}

/** The provider changed something, or may have, and no credential was received. Exit 7. */
export class UnknownOutcomeError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('unknown_outcome', ExitCode.unknownOutcome, message, details);
  }
}

/** A credential was issued and is kept, but was not (fully) delivered or does not work. Exit 8. */
export class UndeliveredError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('undelivered', ExitCode.undelivered, message, details);
  }
}

/** What a person has to do in a provider's console. */
export interface RequiredAction {
  readonly goal: string;
  readonly url: string;
  /** The command to run afterwards. */
  readonly command: CommandLine;
}

/** Nothing was done: a person has to take a step first. Exit 20. */
export class ActionRequiredError extends CliError {
  readonly actions: readonly RequiredAction[];

  constructor(actions: readonly RequiredAction[], details?: Omit<ErrorDetails, 'hint'>) {
    const goals = actions.map(({ goal }) => goal).join('; ');
    super('action_required', ExitCode.actionRequired, `to be done by a person: ${goals}`, {
      ...details,
      hint: actions[0]?.command ?? null,
    });
    this.actions = actions;
  }
}

/** Ctrl-C (130) or another signal (143) before anything was sent that changes something. */
export class InterruptedError extends CliError {
  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT') {
    super(
      'interrupted',
      signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated,
      'interrupted; nothing was changed',
    );
  }
}
