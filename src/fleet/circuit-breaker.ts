import { ExitCode } from '../errors.ts';
import type { Listed } from './connections.ts';
import type { FailedItem } from './items.ts';

/**
 * Stops a run: for a connection, once its accounts fail in the same way again and again; for all of them, once a target
 * refuses a credential, because every further rotation would cost another one.
 */
export interface CircuitBreaker {
  readonly succeeded: (listed: Listed) => void;
  readonly failed: (listed: Listed, item: FailedItem) => void;
  /** Why no further account of this connection is begun; null while they are. */
  readonly reasonFor: (listed: Listed) => string | null;
}

/** How often in a row accounts of one connection may fail with this exit code. */
const limits: ReadonlyMap<ExitCode, { readonly times: number; readonly what: string }> = new Map([
  [ExitCode.auth, { times: 3, what: 'refused as not permitted' }],
  [ExitCode.unknownOutcome, { times: 3, what: 'left without a credential' }],
  [ExitCode.undelivered, { times: 3, what: 'given a credential that does not work' }],
]);

export function createCircuitBreaker(): CircuitBreaker {
  const streaks = new Map<Listed, Map<ExitCode, number>>();
  const stopped = new Map<Listed, string>();
  let failedTarget: string | null = null;

  function count(listed: Listed, code: ExitCode): number {
    const streak = streaks.get(listed) ?? new Map<ExitCode, number>();
    const times = (streak.get(code) ?? 0) + 1;
    streaks.set(listed, streak.set(code, times));
    return times;
  }

  return {
    succeeded: (listed) => {
      streaks.delete(listed);
    },
    failed: (listed, { exitCode, deliveredTo, name }) => {
      const refusing = deliveredTo.find(({ ok }) => !ok);
      if (refusing !== undefined) failedTarget ??= `${refusing.target} failed for ${name ?? ''}`;
      const limit = limits.get(exitCode);
      if (limit === undefined || count(listed, exitCode) < limit.times) return;
      stopped.set(listed, `${limit.times} accounts in a row were ${limit.what}`);
    },
    reasonFor: (listed) => failedTarget ?? stopped.get(listed) ?? null,
  };
}
