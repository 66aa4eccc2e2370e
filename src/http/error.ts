import { CliError, ExitCode, type ErrorDetails } from '../errors.ts';

/**
 * What is known of a request that got no usable answer: `not-sent` it certainly never reached the server, `refused` the
 * server answered completely and did nothing, `unknown` anything else.
 */
export type Arrival = 'not-sent' | 'refused' | 'unknown';

/** What a provider's error body says, in its own words made safe to print. */
export interface ProviderProblem {
  /** The provider's code, e.g. `invalid_request`. */
  readonly code: string | null;
  readonly message: string;
  readonly traceId: string | null;
}

export interface HttpErrorDetails extends ErrorDetails {
  readonly arrival: Arrival;
  readonly problem?: ProviderProblem | null;
}

/** A request that did not end in a complete 2xx answer. */
export class HttpError extends CliError {
  readonly arrival: Arrival;
  readonly problem: ProviderProblem | null;

  constructor(code: string, message: string, details: HttpErrorDetails) {
    super(code, exitCodeFor(details.status ?? null), message, details);
    this.arrival = details.arrival;
    this.problem = details.problem ?? null;
  }
}

function exitCodeFor(status: number | null): ExitCode {
  if (status === 401 || status === 403) return ExitCode.auth;
  if (status === 404) return ExitCode.notFound;
  if (status === 409) return ExitCode.conflict;
  return ExitCode.failed;
}
