/**
 * Accounts that are worked on, of which some are almost done. A lane goes on with the next account once the credential of the
 * last is where it should be: what remains to be written, such as the audit log, trails behind.
 */
export interface Trail {
  /** Does the work, and resolves as soon as that says so or is over, and there are not too many. @throws what any work has thrown */
  readonly follow: (work: (goOn: () => void) => Promise<void>) => Promise<void>;
  /** Resolves when all work is over. @throws what any work has thrown */
  readonly end: () => Promise<void>;
}

/** @param most how much work may be under way while a lane goes on; null: lanes wait until theirs is over */
export function createTrail(most: number | null): Trail {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];

  function refuseFailed(): void {
    if (failures.length > 0) throw failures[0];
  }

  return {
    follow: async (work) => {
      await new Promise<void>((goOn) => {
        const whole = work(most === null ? () => undefined : goOn)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => {
            underWay.delete(whole);
            goOn();
          });
        underWay.add(whole);
      });
      while (underWay.size > (most ?? Infinity)) await Promise.race(underWay);
      refuseFailed();
    },
    end: async () => {
      await Promise.all(underWay);
      refuseFailed();
    },
  };
}
