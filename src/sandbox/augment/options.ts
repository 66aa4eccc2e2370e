import type { AugmentState } from './state.ts';

/** What the emulator of the Analytics API needs; no request to it changes anything. */
export interface AugmentEmulatorOptions {
  readonly state: AugmentState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether more than 10 requests a minute, after a burst of 20, are refused with 429. Default true. */
  readonly isRateLimited?: boolean;
}
