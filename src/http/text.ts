import { safeText } from '../model/text.ts';
import type { AnswerHeaders } from './request.ts';

/** An error's message: `cannot list service accounts: nscale answered 503`. */
export function cannot(purpose: string, what: string): string {
  return safeText(`cannot ${purpose}: ${what}`, 1000);
}

const headerNames = ['x-trace-id', 'x-request-id', 'x-correlation-id'];

/** The id under which the provider's staff can find the exchange, from the answer's headers; null when there is none. */
export function traceIdOf(headers: AnswerHeaders): string | null {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get('traceparent') ?? '')?.[1];
  const ids = [parent, ...headerNames.map((name) => headers.get(name))];
  return ids.map((id) => readTraceId(id ?? null)).find((id) => id !== null) ?? null;
}

/** A trace id as it may be shown; null for one of zeros only, which says that tracing is off (contracts/nscale.md 5). */
export function readTraceId(id: string | null): string | null {
  return id !== null && /^[\w.:/-]{1,128}$/.test(id) && !/^[0-]+$/.test(id) ? id : null;
}

/** The credential in an Authorization header, e.g. `abc` in `Bearer abc`; empty without one. */
function credentialIn(authorization: string | null): string {
  return authorization?.slice(authorization.indexOf(' ') + 1) ?? '';
}

/** Text of a provider without the credential that it was sent: providers have been seen to echo that. */
export function withoutCredential(text: string, authorization: string | null): string {
  const credential = credentialIn(authorization);
  return credential === '' ? text : text.replaceAll(credential, '[secret]');
}

/** Headers of an answer without those that repeat the credential: a trace id is shown, and so is where a redirect leads. */
export function withoutEchoes(headers: AnswerHeaders, authorization: string | null): AnswerHeaders {
  const credential = credentialIn(authorization);
  if (credential === '') return headers;
  return new Map([...headers].filter(([, value]) => !value.includes(credential)));
}
