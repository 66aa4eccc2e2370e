import type { HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/error.ts';
import type { ProviderCredential } from '../provider.ts';

/** A client whose 403 says what may be missing: an account may do nothing before it has an access rule (contracts/runai.md 15.9). */
export function explainForbidden(http: HttpClient, credential: ProviderCredential): HttpClient {
  return {
    send: (request) =>
      http.send(request).catch((error: unknown) => {
        throw isForbidden(error) ? withHint(error, forbiddenHint(credential)) : error;
      }),
  };
}

/** Whether Run:ai knows the caller, and does not let it do this. */
export function isForbidden(error: unknown): error is HttpError {
  return error instanceof HttpError && error.status === 403;
}

function forbiddenHint({ source, clientId }: ProviderCredential): string {
  // It is pasted into a shell, so anything that is not plainly a name is left out.
  const name = clientId !== null && /^\w[\w.-]*$/.test(clientId) ? clientId : '<name>';
  return (
    `the credential from ${source} lacks the permission; its account may have no access rule yet: ` +
    `sactl accessrules create --provider runai --account ${name} --role <role> --scope <scope>`
  );
}

function withHint(error: HttpError, hint: string): HttpError {
  const { provider, status, traceId, retryable, problem, body, arrival } = error;
  const details = { provider, status, traceId, retryable, problem, body, arrival };
  return new HttpError(error.code, error.message, { ...details, hint, cause: error });
}
