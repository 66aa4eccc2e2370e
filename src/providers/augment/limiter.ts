import type { Context } from '../../context.ts';

/** Keeps requests of this process below a rate. */
export interface Limiter {
  /** Resolves when the next request may go; in the order of the calls. Rejects when the wait is interrupted. */
  readonly wait: () => Promise<void>;
}

const windowMs = 60_000;

/** At most `perMinute` requests in any 60 seconds; the Analytics API takes 10 (contracts/augment.md 4). */
export function createLimiter({
  now,
  sleep,
  perMinute = 10,
}: {
  readonly now: Context['now'];
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly perMinute?: number;
}): Limiter {
  let sent: readonly number[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function take(): Promise<void> {
    for (;;) {
      const start = now() - windowMs;
      sent = sent.filter((time) => time > start);
      const [oldest] = sent;
      if (oldest === undefined || sent.length < perMinute) break;
      await sleep(oldest - start);
    }
    sent = [...sent, now()];
  }

  return {
    wait: () => {
      const taken = turn.then(take);
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}
