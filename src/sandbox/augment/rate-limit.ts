import { Refusal } from './answers.ts';

const burst = 20;
const refillMs = 6000;

/** A bucket of 20 requests that gets one back every 6 seconds, for the whole organization (contracts/augment.md 4). */
export class RateLimit {
  readonly #now: () => number;
  #left = burst;
  #filledAt: number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** @throws Refusal 429 */
  take(): void {
    const refills = Math.max(0, Math.floor((this.#now() - this.#filledAt) / refillMs));
    this.#left = Math.min(burst, this.#left + refills);
    this.#filledAt += refills * refillMs;
    if (this.#left === 0) throw new Refusal(429, 'Rate limit exceeded');
    this.#left -= 1;
  }
}
