import type { Arrival, HttpErrorCode } from './error.ts';

/** Why an exchange ended without a complete answer. */
export interface ExchangeFailure {
  readonly code: HttpErrorCode;
  /** Reads after the provider's name, e.g. `refused the connection (ECONNREFUSED)`. */
  readonly what: string;
  readonly hint: string | null;
  readonly arrival: Arrival;
  /** Whether the next attempt may succeed. */
  readonly retryable: boolean;
  readonly cause: unknown;
}

/** A failure after which nobody knows whether the request was processed. */
function lost(code: HttpErrorCode, what: string, details: Partial<ExchangeFailure> = {}): ExchangeFailure {
  return { code, what, hint: null, arrival: 'unknown', retryable: true, cause: undefined, ...details };
}

/** The attempt's time ran out, before or after the answer began. */
export function timeoutFailure(milliseconds: number, answered: boolean): ExchangeFailure {
  const what = answered ? 'did not finish its answer' : 'gave no answer';
  return lost('timeout', `${what} within ${milliseconds / 1000} s`, { hint: 'allow more time with --timeout' });
}

/** The answer's body is shorter than declared, or its stream broke. */
export function truncatedFailure(cause: unknown): ExchangeFailure {
  return lost('truncated', 'ended its answer half-way', { cause });
}

/** The answer is longer than the client reads. */
export function tooLargeFailure(maxBytes: number): ExchangeFailure {
  return lost('too_large', `sent an answer of more than ${maxBytes} bytes`, { retryable: false });
}

/** An error of Node or undici. */
interface SystemError {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
}

/**
 * What a rejection of `fetch` means, read from the codes of Node and undici along its causes. Only failures before the
 * request is written count as not sent; where several addresses were tried, all of them must be.
 */
export function networkFailure(error: unknown): ExchangeFailure {
  const failures = systemErrors(error, 0).map(failureOf);
  const failure = failures.find(({ arrival }) => arrival !== 'not-sent') ?? failures[0];
  return { ...(failure ?? lost('connection_lost', withoutAnswer)), cause: error };
}

/** The errors at the ends of the chains of causes. */
function systemErrors(error: unknown, depth: number): SystemError[] {
  if (typeof error !== 'object' || error === null || depth > 8) return [];
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = 'cause' in error ? [...inner, error.cause] : inner;
  const found = causes.flatMap((cause) => systemErrors(cause, depth + 1));
  if (found.length > 0 || !('code' in error) || typeof error.code !== 'string') return found;
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return [{ code: error.code, syscall, message }];
}

const lookupCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const connectCodes = new Set(['EADDRNOTAVAIL', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH', 'ETIMEDOUT']);
const timeoutCodes = new Set(['UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);

const withoutAnswer = 'ended the connection without an answer';

function failureOf(error: SystemError): ExchangeFailure {
  const { code, syscall, message } = error;
  if (lookupCodes.has(code)) return unreachable(`has an address that cannot be looked up (${code})`);
  if (code === 'ECONNREFUSED') return unreachable(`refused the connection (${code})`);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || (connectCodes.has(code) && syscall === 'connect')) {
    return unreachable(`cannot be reached (${code})`);
  }
  // undici reports a proxy that refuses a tunnel in the message alone.
  const status = code === 'UND_ERR_ABORTED' ? /^Proxy response \((\d{3})\)/.exec(message)?.[1] : undefined;
  if (status !== undefined) {
    const hint = status === '407' ? 'give the user and password in HTTPS_PROXY' : 'check HTTPS_PROXY and NO_PROXY';
    const retryable = Number(status) >= 500;
    return { ...unreachable(`cannot be reached: the proxy answered ${status}`), hint, retryable };
  }
  const certificate = certificateProblem(code);
  if (certificate !== null) {
    // The certificate is checked before the request is written.
    const { what, hint } = certificate;
    return lost('certificate', `${what} (${code})`, { hint, arrival: 'not-sent', retryable: false });
  }
  return timeoutCodes.has(code)
    ? lost('timeout', `gave no answer in time (${code})`)
    : lost('connection_lost', `${withoutAnswer} (${code})`);
}

function unreachable(what: string): ExchangeFailure {
  const hint = 'check the endpoint and, behind a proxy, HTTPS_PROXY and NO_PROXY';
  return lost('unreachable', what, { hint, arrival: 'not-sent' });
}

const untrustedCodes = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function certificateProblem(code: string): { what: string; hint: string } | null {
  if (untrustedCodes.has(code)) {
    return {
      what: 'has a certificate from an issuer that is not trusted here',
      hint: "name the issuer's certificate with --ca-cert <file>",
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return {
      what: 'has a certificate for another host name',
      hint: 'check the host name of the endpoint; --ca-cert cannot mend this',
    };
  }
  if (!code.startsWith('CERT_')) return null;
  return {
    what: 'has a certificate that is not valid',
    hint: "check this machine's clock and the server's certificate; --ca-cert cannot mend an expired one",
  };
}
