import { systemCode, systemReason } from '../../files/system-error.ts';
import { sactl, type Hint } from '../../model/hint.ts';
import { safeText } from '../../model/text.ts';
import { StateError } from './store.ts';

interface Meaning {
  readonly hint: Hint | null;
  readonly retryable?: boolean;
  /** Whether the change may have been made. */
  readonly isUncertain?: boolean;
}

/** What PostgreSQL's own codes mean here: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const meanings: Readonly<Record<string, Meaning>> = {
  '28000': { hint: 'check user and password: "credential" beside the store, or SACTL_STATE' },
  '28P01': { hint: 'check user and password: "credential" beside the store, or SACTL_STATE' },
  '3D000': { hint: 'make the database, or name another one; no command makes it' },
  '42P01': { hint: ['make the table: ', sactl`state init`] },
  '42501': { hint: 'the user needs SELECT, INSERT, UPDATE and DELETE on the table sactl_state' },
  '25006': { hint: 'name the server that can be written to' },
  '40001': { hint: null, retryable: true },
  '40P01': { hint: null, retryable: true },
  '53300': { hint: 'the server has no connection left', retryable: true },
  '55P03': { hint: null, retryable: true },
  '57014': { hint: 'the table is locked, or the server is slow', retryable: true },
  '57P01': { hint: null, retryable: true, isUncertain: true },
  '57P02': { hint: null, retryable: true, isUncertain: true },
  '57P03': { hint: 'the server is starting', retryable: true },
};

/**
 * Whether the server itself answered, so that the connection is still good. The package names its error after its class, which
 * has another name in the built program: what every answer holds tells it, and an error of the system does not.
 */
export function isServerError(error: unknown): boolean {
  return error instanceof Error && 'severity_local' in error && systemCode(error) !== null;
}

/** The error for what the server itself answered; `cannot` is e.g. `cannot read the state in postgres://…`. */
export function queryError(error: unknown, cannot: string): StateError {
  const code = systemCode(error) ?? '';
  const { hint, ...meaning } = meanings[code] ?? { hint: null };
  const said = safeText(error instanceof Error ? error.message : '', 300);
  return new StateError(`${cannot}: the server answered ${code}: ${said}`, { hint, cause: error, ...meaning });
}

const certificateCodes = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|HOSTNAME_MISMATCH)/;

/** The error for a connection that was not made, or ended. `isSent` says whether a query may have been done. */
export function connectionError(error: unknown, cannot: string, isSent: boolean): StateError {
  const code = systemCode(error) ?? '';
  const isCertificate = certificateCodes.test(code);
  const what = code.startsWith('CONNECT') ? `no connection (${code})` : systemReason(error);
  return new StateError(`${cannot}: ${safeText(what, 300)}`, {
    cause: error,
    hint: isCertificate ? 'name the CA of the server with --ca-cert or SSL_CERT_FILE' : null,
    retryable: !isCertificate,
    isUncertain: isSent,
  });
}
