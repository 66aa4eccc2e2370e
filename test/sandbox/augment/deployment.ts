import { createAugmentEmulator } from '../../../src/sandbox/augment/app.ts';
import { augmentSandbox, seedAugment } from '../../../src/sandbox/augment/seed.ts';
import type { AugmentState } from '../../../src/sandbox/augment/state.ts';
import { testNow } from '../../harness/context.ts';

export const counts = '/analytics/v0/dau-count';
export const activity = '/analytics/v0/user-activity';
export const { reviewer, docs } = augmentSandbox;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly state: AugmentState;
  /** Milliseconds since the epoch; a test may set it. */
  readonly clock: { now: number };
  /** @param token null sends no Authorization header; default the reviewer's */
  readonly get: (path: string, token?: string | null) => Promise<Answer>;
}

/** An emulator on a fresh seed. */
export function deploy(): Deployment {
  const clock = { now: testNow };
  const state = seedAugment(testNow);
  const emulator = createAugmentEmulator({ state, now: () => clock.now });
  return {
    state,
    clock,
    get: async (path, token = reviewer.value) => {
      const headers = token === null ? undefined : { authorization: `Bearer ${token}` };
      const request = new Request(`https://augment.test${path}`, headers === undefined ? {} : { headers });
      const response = await emulator.fetch(request);
      const body = (await response.json()) as Answer['body'];
      return { status: response.status, headers: response.headers, body };
    },
  };
}
