import type { Arrival, HttpErrorCode } from './error.ts';

/** An exchange that ended without a complete answer. */
export interface Failure {
  readonly code: HttpErrorCode;
  /** Reads after the provider's name, e.g. `refused the connection (ECONNREFUSED)`. */
  readonly what: string;
  readonly hint: string | null;
  readonly arrival: Arrival;
  /** Whether it may go better the next time. */
  readonly retryable: boolean;
  readonly cause: unknown;
}

/** The attempt's time ran out, before or after the answer began. */
export function timeoutFailure(milliseconds: number, answered: boolean): Failure {
  const within = `within ${String(milliseconds / 1000)} s`;
  return {
    code: 'timeout',
    what: answered ? `did not finish its answer ${within}` : `gave no answer ${within}`,
    hint: 'allow more time with --timeout',
    arrival: 'unknown',
    retryable: true,
    cause: undefined,
  };
}

/** The answer's body is shorter than declared, or its stream broke. */
export function truncatedFailure(cause: unknown): Failure {
  return {
    code: 'truncated',
    what: 'ended its answer half-way',
    hint: null,
    arrival: 'unknown',
    retryable: true,
    cause,
  };
}

/** The answer is longer than the client reads. */
export function tooLargeFailure(maxBytes: number): Failure {
  return {
    code: 'too_large',
    what: `sent an answer of more than ${String(maxBytes)} bytes`,
    hint: null,
    arrival: 'unknown',
    retryable: false,
    cause: undefined,
  };
}

/** One error at the end of a chain of causes. */
interface Sign {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
}

type Reading = Omit<Failure, 'cause'>;

const checkEndpoint = 'check the endpoint and, behind a proxy, HTTPS_PROXY and NO_PROXY';

const lookupCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const unreachableCodes = new Set([
  'EADDRNOTAVAIL',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
const timeoutCodes = new Set(['UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);
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

/**
 * What a rejection of `fetch` says, read from the codes of Node and undici along its causes. Only failures that come
 * before the request is written count as not sent; where several addresses were tried, all of them must be.
 */
export function networkFailure(error: unknown): Failure {
  const readings = signsOf(error, 0).map(readSign);
  const reading = readings.find(({ arrival }) => arrival !== 'not-sent') ?? readings[0];
  return { ...(reading ?? lost(null)), cause: error };
}

function signsOf(error: unknown, depth: number): Sign[] {
  if (typeof error !== 'object' || error === null || depth > 8) return [];
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = 'cause' in error ? [...inner, error.cause] : inner;
  const signs = causes.flatMap((cause) => signsOf(cause, depth + 1));
  if (signs.length > 0 || !('code' in error) || typeof error.code !== 'string') return signs;
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return [{ code: error.code, syscall, message }];
}

function readSign(sign: Sign): Reading {
  const { code, syscall } = sign;
  if (lookupCodes.has(code)) return unreachable('has an address that cannot be looked up', code);
  if (code === 'ECONNREFUSED') return unreachable('refused the connection', code);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || (unreachableCodes.has(code) && syscall === 'connect')) {
    return unreachable('cannot be reached', code);
  }
  return readTunnel(sign) ?? readCertificate(code) ?? lost(code);
}

function unreachable(what: string, code: string): Reading {
  return {
    code: 'unreachable',
    what: `${what} (${code})`,
    hint: checkEndpoint,
    arrival: 'not-sent',
    retryable: true,
  };
}

function lost(code: string | null): Reading {
  const timeout = code !== null && timeoutCodes.has(code);
  const what = timeout ? 'gave no answer in time' : 'ended the connection without an answer';
  return {
    code: timeout ? 'timeout' : 'connection_lost',
    what: code === null ? what : `${what} (${code})`,
    hint: null,
    arrival: 'unknown',
    retryable: true,
  };
}

/** undici tells a proxy's refusal to open a tunnel by the message alone. */
function readTunnel({ code, message }: Sign): Reading | null {
  const status = /^Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (code !== 'UND_ERR_ABORTED' || status === undefined) return null;
  return {
    code: 'unreachable',
    what: `cannot be reached: the proxy answered ${status}`,
    hint: status === '407' ? 'give the user and password in HTTPS_PROXY' : 'check HTTPS_PROXY and NO_PROXY',
    arrival: 'not-sent',
    retryable: Number(status) >= 500,
  };
}

/** The certificate is checked before the request is written. */
function readCertificate(code: string): Reading | null {
  const found = describeCertificate(code);
  if (found === null) return null;
  return {
    code: 'certificate',
    what: `${found.what} (${code})`,
    hint: found.hint,
    arrival: 'not-sent',
    retryable: false,
  };
}

function describeCertificate(code: string): { what: string; hint: string } | null {
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
