import { UsageError } from '../errors.ts';
import { HttpError, withArrival, type Arrival } from './error.ts';
import type { HttpCredential } from './options.ts';

/**
 * The value of the Authorization header.
 *
 * @throws UsageError naming the source, never the value, when no header can carry it
 * @throws HttpError with `arrival` when the credential has to be fetched first and that fails: whatever became of the
 *   token request, the request that needs the token was not sent again
 */
export async function authorize(credential: HttpCredential, arrival: Arrival): Promise<string> {
  const value = await aboutOwnRequest(credential.header, arrival);
  // Checked here because fetch quotes a value that it refuses.
  if (!/^[!-~]+ [!-~]+$/.test(value)) {
    throw new UsageError(
      `the credential from ${credential.source} is empty, or holds white space, control or non-ASCII characters`,
      { hint: 'store the token alone, on one line' },
    );
  }
  return value;
}

/** Authenticates again after a 401. Errors are those of `authorize`. */
export async function reauthorize(renew: () => Promise<void>): Promise<void> {
  await aboutOwnRequest(renew, 'refused');
}

async function aboutOwnRequest<Result>(work: () => Promise<Result>, arrival: Arrival): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HttpError ? withArrival(error, arrival) : error;
  }
}
