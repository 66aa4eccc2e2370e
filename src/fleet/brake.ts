import { ExitCode } from '../errors.ts';
import type { FailedItem } from './items.ts';
import type { Listed } from './member.ts';

/** How often in a row a provider may answer in this way before nothing more is sent to it. */
const limits: ReadonlyMap<ExitCode, { readonly times: number; readonly what: string }> = new Map([
  [ExitCode.auth, { times: 3, what: 'refused as not permitted' }],
  [ExitCode.unknownOutcome, { times: 3, what: 'left without a credential that anybody has' }],
  [ExitCode.undelivered, { times: 3, what: 'given a credential that does not work' }],
]);

/**
 * Says when no more accounts are to be begun: with a connection whose answers are the same refusal again and again, and
 * with any once a target does not take what it is given, because every further rotation would cost another credential.
 */
export interface Brake {
  readonly succeeded: (listed: Listed) => void;
  readonly failed: (listed: Listed, item: FailedItem) => void;
  /** Why no more accounts of this connection are begun; null while they are. */
  readonly reasonFor: (listed: Listed) => string | null;
}

export function createBrake(): Brake {
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
