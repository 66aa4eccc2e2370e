/** The public exit codes; no other file holds the numbers (DESIGN.md 3). */
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

export interface ErrorDetails {
  /** One command or sentence that gets the user further. */
  readonly hint?: string | null;
  readonly provider?: string | null;
  /** HTTP status of the provider's answer. */
  readonly status?: number | null;
  readonly traceId?: string | null;
  /** Whether the same command may succeed when it is run again unchanged. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** An error the user can act on. `code` is stable for scripts, e.g. `not_found`. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | null;
  readonly provider: string | null;
  readonly status: number | null;
  readonly traceId: string | null;
  readonly retryable: boolean;

  constructor(code: string, exitCode: ExitCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
    this.hint = details.hint ?? null;
    this.provider = details.provider ?? null;
    this.status = details.status ?? null;
    this.traceId = details.traceId ?? null;
    this.retryable = details.retryable ?? false;
  }
}

/** Failed and nothing changed: network, bad answer, output. Exit 1. */
export class FailedError extends CliError {
  constructor(code: string, message: string, details?: ErrorDetails) {
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
  constructor(code: 'unauthenticated' | 'forbidden', message: string, details?: ErrorDetails) {
    super(code, ExitCode.auth, message, details);
  }
}

/** `conflict`, `ambiguous`, `exists` or `locked`. Exit 5. */
export class ConflictError extends CliError {
  constructor(code: 'conflict' | 'ambiguous' | 'exists' | 'locked', message: string, details?: ErrorDetails) {
    super(code, ExitCode.conflict, message, details);
  }
}

/** Some of several steps were done. Exit 6. */
export class PartialError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('partial', ExitCode.partial, message, details);
  }
}

/** The provider changed something, or may have, and no answer says so or brings the credential. Exit 7. */
export class UnknownOutcomeError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('unknown_outcome', ExitCode.unknownOutcome, message, details);
  }
}

/** A credential was issued and did not reach the place the user asked for. Exit 8. */
export class UndeliveredError extends CliError {
  constructor(message: string, details?: ErrorDetails) {
    super('undelivered', ExitCode.undelivered, message, details);
  }
}

/** What a person has to do in a provider's console. */
export interface RequiredAction {
  readonly goal: string;
  readonly url: string;
  /** Goes on from there. */
  readonly command: string;
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
