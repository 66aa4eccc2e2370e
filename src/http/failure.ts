import type { Peer, Proxy } from '../context.ts';
import { addressSpaceHint } from '../model/hint.ts';
import { listOf } from '../model/text.ts';
import type { Arrival, HttpErrorCode } from './error.ts';

/** No connection came about, so nothing was sent. The cause has the code of Node or undici. */
export class ConnectError extends Error {
  /** The proxy, where it is what failed; null for the service. */
  readonly proxy: Proxy | null;

  constructor(proxy: Proxy | null, cause: unknown) {
    super('no connection', { cause });
    this.proxy = proxy;
  }
}

/** The proxy answered with something else than a tunnel. */
export class TunnelRefusal extends Error {
  readonly status: number;
  /** The ways to sign in that it offers, e.g. `NTLM`. */
  readonly schemes: readonly string[];

  /** `challenges` are its `Proxy-Authenticate` headers. */
  constructor(status: number, challenges: readonly string[]) {
    super(`the proxy answered ${status}`);
    this.status = status;
    // What is followed by "=" is a parameter of the scheme before.
    this.schemes = challenges.flatMap(
      (challenge) => challenge.match(/(?<=^|,\s*)[A-Za-z][\w-]{0,30}(?=\s|,|$)/g) ?? [],
    );
  }
}

/** This machine cannot run the parser of answers, so nothing was sent. */
export class MemoryError extends Error {}

/** Why an exchange ended without a complete answer. */
export interface ExchangeFailure {
  readonly code: HttpErrorCode;
  readonly who: 'service' | 'machine' | Proxy;
  /** Reads after the name of who failed, e.g. `refused the connection (ECONNREFUSED)`. */
  readonly what: string;
  readonly hint: string | null;
  readonly arrival: Arrival;
  /** Whether the next attempt may succeed. */
  readonly retryable: boolean;
  readonly cause: unknown;
}

/** A failure after which nobody knows whether the request was processed. */
function lost(code: HttpErrorCode, what: string, details: Partial<ExchangeFailure> = {}): ExchangeFailure {
  return { code, who: 'service', what, hint: null, arrival: 'unknown', retryable: true, cause: undefined, ...details };
}

/** A failure before the request was written. */
function unsent(code: HttpErrorCode, what: string, details: Partial<ExchangeFailure> = {}): ExchangeFailure {
  return lost(code, what, { arrival: 'not-sent', ...details });
}

/** How far an attempt had come when its time ran out: to whom it was connecting, or whether the answer had begun. */
export interface Progress {
  readonly connecting: Peer | null;
  readonly answered: boolean;
}

/** The attempt's time ran out. */
export function timeoutFailure(milliseconds: number, { connecting, answered }: Progress): ExchangeFailure {
  const within = `within ${milliseconds / 1000} s`;
  const hint = 'allow more time with --timeout';
  if (connecting !== null)
    return blame(connecting.proxy, unsent('timeout', `could not be reached ${within}`, { hint }));
  return lost('timeout', `${answered ? 'did not finish its answer' : 'gave no answer'} ${within}`, { hint });
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
}

/**
 * What a rejection of `fetch` means, read from the codes of Node and undici along its causes. Only failures before the
 * request is written count as not sent; where several addresses were tried, all of them must be.
 */
export function networkFailure(error: unknown): ExchangeFailure {
  if (error instanceof ConnectError) return connectFailure(error);
  if (error instanceof MemoryError) return { ...tooLittleMemory, cause: error };
  const failures = systemErrors(error, 0).map((one) => failureOf(one, null, false));
  const failure = failures.find(({ arrival }) => arrival !== 'not-sent') ?? failures[0];
  return { ...(failure ?? lost('connection_lost', withoutAnswer)), cause: error };
}

const tooLittleMemory = unsent('memory', 'gives the program too little address space for WebAssembly', {
  who: 'machine',
  hint: addressSpaceHint,
  retryable: false,
});

function connectFailure(error: ConnectError): ExchangeFailure {
  const { proxy, cause } = error;
  if (proxy !== null && cause instanceof TunnelRefusal) return { ...refusedTunnel(proxy, cause), cause: error };
  const [first = { code: 'no reason given', syscall: '' }] = systemErrors(error, 0);
  const failure = failureOf(first, proxy, true);
  if (failure.arrival === 'not-sent') return { ...blame(proxy, failure), cause: error };
  const what = first.code === notHttp ? failure.what : `ended the connection at once (${first.code})`;
  const hint = proxy?.url.startsWith('http:')
    ? `check ${proxy.source}: is that an HTTP proxy, and does it want https://?`
    : addressHint(proxy);
  return { ...blame(proxy, unsent('unreachable', what, { hint })), cause: error };
}

function refusedTunnel(proxy: Proxy, { status, schemes }: TunnelRefusal): ExchangeFailure {
  const { source } = proxy;
  const details = { who: proxy, retryable: status >= 500 };
  if (status !== 407) {
    const hint = `it may not reach the endpoint, or not allow it: check the endpoint, ${source} and NO_PROXY`;
    return unsent('proxy', `answered ${status} instead of opening a tunnel`, { ...details, hint });
  }
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
    const hint = `name a proxy in ${source} that takes a user and a password (Basic), such as one on this machine that signs in`;
    return unsent('proxy', `wants ${listOf(schemes)} (407), which sactl cannot do`, { ...details, hint });
  }
  const isGiven = proxy.authorization !== null;
  const what = isGiven ? 'refused the user and the password (407)' : 'wants a user and a password (407)';
  const hint = isGiven ? `check the user and the password in ${source}` : `give the user and the password in ${source}`;
  return unsent('proxy', what, { ...details, hint });
}

/** The failure as the proxy's, where one is given. */
function blame(proxy: Proxy | null, failure: ExchangeFailure): ExchangeFailure {
  return proxy === null ? failure : { ...failure, code: 'proxy', who: proxy };
}

function addressHint(proxy: Proxy | null): string {
  return proxy === null
    ? 'check the endpoint and, behind a proxy, HTTPS_PROXY and NO_PROXY'
    : `check ${proxy.source} and NO_PROXY`;
}

/** The errors at the ends of the chains of causes. */
function systemErrors(error: unknown, depth: number): SystemError[] {
  if (typeof error !== 'object' || error === null || depth > 8) return [];
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = 'cause' in error ? [...inner, error.cause] : inner;
  const found = causes.flatMap((cause) => systemErrors(cause, depth + 1));
  if (found.length > 0) return found;
  // undici means to give its errors of parsing a code, and gives none.
  if (error instanceof Error && error.name === notHttp) return [{ code: notHttp, syscall: '' }];
  if (!('code' in error) || typeof error.code !== 'string') return found;
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
  return [{ code: error.code, syscall }];
}

const lookupCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const connectCodes = new Set(['EADDRNOTAVAIL', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH', 'ETIMEDOUT']);
const timeoutCodes = new Set(['UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);

const notHttp = 'HTTPParserError';

const withoutAnswer = 'ended the connection without an answer';

/** `isConnecting` where the request was not written yet, whatever else the code may mean. */
function failureOf({ code, syscall }: SystemError, proxy: Proxy | null, isConnecting: boolean): ExchangeFailure {
  const problem = tlsProblem(code, proxy);
  if (problem !== null && (isConnecting || problem.isCertificate || code === wantsCertificate)) {
    const { what, hint, isCertificate } = problem;
    return unsent(isCertificate ? 'certificate' : 'unreachable', `${what} (${code})`, { hint, retryable: false });
  }
  const unreachable = unreachableWhat(code, syscall);
  if (unreachable !== null) return unsent('unreachable', `${unreachable} (${code})`, { hint: addressHint(proxy) });
  if (code === notHttp) return lost('connection_lost', `sent an answer that is not HTTP (${code})`);
  return timeoutCodes.has(code)
    ? lost('timeout', `gave no answer in time (${code})`)
    : lost('connection_lost', `${withoutAnswer} (${code})`);
}

function unreachableWhat(code: string, syscall: string): string | null {
  if (lookupCodes.has(code)) return 'has an address that cannot be looked up';
  if (code === 'ECONNREFUSED') return 'refused the connection';
  const isOfConnecting = code === 'UND_ERR_CONNECT_TIMEOUT' || (connectCodes.has(code) && syscall === 'connect');
  return isOfConnecting ? 'cannot be reached' : null;
}

interface TlsProblem {
  readonly what: string;
  readonly hint: string;
  readonly isCertificate: boolean;
}

/** What went wrong with TLS before a request was read; null for any other code. */
function tlsProblem(code: string, proxy: Proxy | null): TlsProblem | null {
  const certificate = certificateProblem(code, proxy);
  if (certificate !== null) return { ...certificate, isCertificate: true };
  if (notTlsCodes.has(code)) {
    const hint = proxy === null ? 'check the port of the endpoint' : `write http:// in ${proxy.source}`;
    return { what: 'does not speak TLS on that port', hint, isCertificate: false };
  }
  if (code === wantsCertificate) {
    const hint = 'ask its administrators for an address that needs no client certificate';
    return { what: 'wants a client certificate, which sactl does not support', hint, isCertificate: false };
  }
  if (!noCommonTls.test(code)) return null;
  const hint = 'find out which versions of TLS it takes, and whether it wants a client certificate';
  return { what: 'has no version of TLS in common with this machine', hint, isCertificate: false };
}

const notTlsCodes = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST']);

/** In TLS 1.3 it comes after the request was written, which nobody has read then (RFC 8446 4.4.2.4). */
const wantsCertificate = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';

const noCommonTls =
  /^ERR_SSL_(?:.*_ALERT_(?:PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)|UNSUPPORTED_PROTOCOL)$/;

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

function certificateProblem(code: string, proxy: Proxy | null): { what: string; hint: string } | null {
  if (untrustedCodes.has(code)) {
    return {
      what: 'has a certificate from an issuer that is not trusted here',
      hint: "name the issuer's certificate with --ca-cert <file>",
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return {
      what: 'has a certificate for another host name',
      hint: `check the host name ${proxy === null ? 'of the endpoint' : `in ${proxy.source}`}; --ca-cert does not help here`,
    };
  }
  if (!code.startsWith('CERT_')) return null;
  return {
    what: 'has a certificate that is not valid',
    hint: "check this machine's clock and the server's certificate; --ca-cert does not help with an expired one",
  };
}
