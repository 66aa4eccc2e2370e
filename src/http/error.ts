import { CliError, ExitCode, type ErrorCode, type ErrorDetails } from '../errors.ts';

/**
 * What is known of a request that got no usable answer. `not-sent`: it certainly never reached the server; `refused`: the
 * server answered completely and did nothing; `unknown`: anything else.
 */
export type Arrival = 'not-sent' | 'refused' | 'unknown';

/** What a provider's error body says, in its own words made safe to print. */
export interface ProviderProblem {
  /** The provider's code, e.g. `invalid_request`. */
  readonly code: string | null;
  readonly message: string;
  readonly traceId: string | null;
  /** Set where the body holds nothing else: then it may be told of an answer that could carry a credential, too. */
  readonly isAll?: true;
  /** Set where the code is one of those that are documented: then it may be told in any case, as no word of the server's. */
  readonly isKnownCode?: true;
}

/** What a body is. `html` comes from a proxy or gateway; `excessive` is JSON too large to parse; `other` is none of these. */
export type BodyKind = 'json' | 'html' | 'empty' | 'excessive' | 'other';

/**
 * Who gave an answer that is not a success, by its body (docs/design.md 3). `service`: it is in the provider's own error
 * shape; `gateway`: it is not, as the page of a firewall or the JSON of a load balancer; `unclear`: there is no body.
 */
export type Answerer = 'service' | 'gateway' | 'unclear';

export type HttpErrorCode = ErrorCode<'http'>;

export interface HttpErrorDetails extends ErrorDetails {
  readonly arrival: Arrival;
  readonly problem?: ProviderProblem | null;
  readonly body?: BodyKind | null;
  readonly answeredBy?: Answerer | null;
}

/** A request that did not end in a complete, usable 2xx answer. */
export class HttpError extends CliError {
  declare readonly code: HttpErrorCode;
  readonly arrival: Arrival;
  /** Null also where the answer could carry a credential (`secretAnswer`), unless it is nothing but an error. */
  readonly problem: ProviderProblem | null;
  /** What the answer's body was; null when no complete body was received. */
  readonly body: BodyKind | null;
  /** Null without a complete answer, and for one of success. */
  readonly answeredBy: Answerer | null;
  /**
   * The status, where it is the service's own answer; else null. What a status says of a credential or an account, it says
   * only here: a gateway knows neither.
   */
  readonly verdict: number | null;

  constructor(code: HttpErrorCode, message: string, details: HttpErrorDetails) {
    const verdict = details.answeredBy === 'service' ? (details.status ?? null) : null;
    super(code, exitCodeFor(verdict), message, details);
    this.arrival = details.arrival;
    this.problem = details.problem ?? null;
    this.body = details.body ?? null;
    this.answeredBy = details.answeredBy ?? null;
    this.verdict = verdict;
  }

  override details(): HttpErrorDetails {
    const { arrival, problem, body, answeredBy } = this;
    return { ...super.details(), arrival, problem, body, answeredBy };
  }

  /** The same error with other details, and this one as its cause. */
  with(changes: Partial<HttpErrorDetails>): HttpError {
    return new HttpError(this.code, this.message, { ...this.details(), ...changes, cause: this });
  }
}

function exitCodeFor(verdict: number | null): ExitCode {
  if (verdict === 401 || verdict === 403) return ExitCode.auth;
  if (verdict === 404) return ExitCode.notFound;
  if (verdict === 409) return ExitCode.conflict;
  return ExitCode.failed;
}
