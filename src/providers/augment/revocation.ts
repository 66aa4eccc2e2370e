import type { Trial } from '../provider.ts';

const pauseMs = 20_000;

/** The longest that a revoked token has been said to live (contracts/augment.md 2). */
const patienceMs = 300_000;

/**
 * Tries a token that is said to be revoked every 20 seconds, until it is refused or 5 minutes have passed.
 * @returns the last trial
 */
export async function untilRefused({
  probe,
  now,
  sleep,
  onWait,
}: {
  readonly probe: () => Promise<Trial>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Is told of the first trial when more are to follow. */
  readonly onWait: (trial: Trial) => Promise<void>;
}): Promise<Trial> {
  const end = now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    const trial = await probe();
    if (trial.works === false || now() + pauseMs > end) return trial;
    if (tries === 1) await onWait(trial);
    await sleep(pauseMs);
  }
}
