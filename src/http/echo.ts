import type { AnswerHeaders } from './request.ts';

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
