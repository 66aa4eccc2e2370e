import { testNow } from './context.ts';
import type { Fetch } from './fetch.ts';

/** A clock that moves only when something waits. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** One for servers and machine, which goes on from run to run and moves only when something sleeps. */
export function virtualClock(): Clock {
  let now = testNow;
  return {
    now: () => now,
    sleep: (milliseconds, signal) => {
      signal?.throwIfAborted();
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

export interface LateOptions {
  readonly clock: Clock;
  readonly isLate: (request: Request) => boolean;
  /** Milliseconds between the end of the exchange and what the service does then; null: it never does it. */
  readonly delay: number | null;
  /** How the exchange ends for the client. */
  readonly ends: (clock: Clock) => Promise<Response>;
}

export interface LateNetwork {
  readonly wrap: (fetch: Fetch) => Fetch;
  /** Lets a minute pass: what is still to be done is done. */
  readonly passMinute: () => Promise<void>;
}

/**
 * A network whose proxy ends the exchange of the first request that `isLate`, while the service goes on with it: it is done
 * before the first other request that comes after the delay.
 */
export function lateNetwork({ clock, isLate, delay, ends }: LateOptions): LateNetwork {
  const due: { readonly at: number; readonly work: () => Promise<unknown> }[] = [];
  let isFirst = true;
  async function catchUp(): Promise<void> {
    while (due[0] !== undefined && due[0].at <= clock.now()) await due.shift()?.work();
  }
  return {
    wrap: (fetch) => async (input, init) => {
      await catchUp();
      if (!isFirst || !isLate(new Request(input, init))) return fetch(input, init);
      isFirst = false;
      const ended = await ends(clock).catch((error: unknown) => (error instanceof Error ? error : new Error('ended')));
      if (delay !== null) due.push({ at: clock.now() + delay, work: () => fetch(input, init) });
      await catchUp();
      if (ended instanceof Error) throw ended;
      return ended;
    },
    passMinute: async () => {
      await clock.sleep(60_000);
      await catchUp();
    },
  };
}
