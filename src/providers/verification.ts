import { InterruptedError } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Verification } from './provider.ts';

/** What became of a harmless request with a credential; `refusals` are the statuses that say that it is not taken. */
export async function trialOf(
  request: Promise<unknown>,
  { refusals }: { refusals: readonly number[] },
): Promise<Verification> {
  try {
    await request;
    return { works: true, why: null };
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const status = error instanceof HttpError ? error.status : null;
    const why = error instanceof Error ? error.message : 'unknown error';
    return { works: status !== null && refusals.includes(status) ? false : null, why };
  }
}
