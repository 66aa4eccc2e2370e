import * as z from 'zod/mini';

import { FailedError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Trial } from '../provider.ts';
import { trialOf } from '../trial.ts';
import { ask, type Analytics } from './analytics.ts';

const Counts = z.looseObject({});

/**
 * Tries the token that `analytics` sends, by the documented way (contracts/augment.md 4). 200 with JSON: it works. 401:
 * it is refused. Anything else says nothing, not even 403: the token may only lack the permission. It proves nothing
 * about a tenant URL. Never rejects but by an interrupt.
 */
export async function probe(analytics: Analytics): Promise<Trial> {
  return trialOf(askCounts(analytics), { refusals: [401] });
}

/** Asks as `probe` does. @throws HttpError when it is not answered; FailedError for a 401 that is not Augment's own */
export async function askCounts(analytics: Analytics): Promise<void> {
  try {
    await ask(analytics, { path: '/dau-count', purpose: 'try the token', schema: Counts });
  } catch (error) {
    if (error instanceof HttpError && error.status === 401 && error.body === 'html') {
      throw new FailedError('bad_answer', error.message, { provider: 'augment', cause: error });
    }
    throw error;
  }
}
