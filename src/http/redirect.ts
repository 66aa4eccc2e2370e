import { HttpError } from './error.ts';
import { isSafe, type Call, type HttpAnswer } from './request.ts';
import { cannot, traceIdOf } from './text.ts';

const mostRedirects = 5;
const followed = new Set([301, 302, 303, 307, 308]);

/** Whether a status is a 3xx: a redirect, or an answer without content. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/**
 * Where a 3xx answer to `url` leads, after so many `redirects` before it. It is never another origin: the credential
 * would be sent there.
 * @throws HttpError (`redirected`) saying why it is not followed
 */
export function redirectTarget(call: Call, answer: HttpAnswer, url: URL, redirects: number): URL {
  if (call.request.method !== 'GET') throw redirectError(call, answer, 'a redirect, which is followed for reads only');
  const location = followed.has(answer.status) ? answer.headers.get('location') : undefined;
  const target = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : null;
  if (target === null || target.username !== '' || target.password !== '') {
    throw redirectError(call, answer, 'a redirect without a valid address');
  }
  if (target.origin !== url.origin) {
    const where = `${target.protocol}//${target.host}`;
    throw redirectError(call, answer, `a redirect to another origin, ${where}`);
  }
  if (redirects >= mostRedirects) throw redirectError(call, answer, 'too many redirects in a row');
  return target;
}

function redirectError({ options, request }: Call, { status, headers }: HttpAnswer, what: string): HttpError {
  return new HttpError(
    'redirected',
    cannot(request.purpose, `${options.provider}, or a gateway before it, answered ${status}: ${what}`),
    {
      // A 303 says where the result of a completed request is; 307 and 308 ask for the request again.
      arrival: isSafe(request) || status === 307 || status === 308 ? 'refused' : 'unknown',
      hint: 'check the endpoint, and whether a login page or proxy stands before it',
      provider: options.provider,
      status,
      traceId: traceIdOf(headers),
    },
  );
}
