import { describe, expect, it } from 'vitest';

import type { StateStore } from '../../../src/state/store/store.ts';
import { openSeenRecords } from '../../../src/state/shared/account-record.ts';
import { openSharedLocks, type SharedLocks } from '../../../src/state/shared/locks.ts';
import { testContext } from '../../harness/context.ts';
import { createModelStore } from '../../harness/model-store.ts';

// A store that tells no time, as Kubernetes' does through kubectl: whether a run lives is seen by looking for a lease.

const ci = { key: ['nscale', 'a1'], name: 'nscale service account ci' };

/** The same values, without the age of any. */
function withoutTime(store: StateStore): StateStore {
  return {
    ...store,
    get: async (key) => {
      const found = await store.get(key);
      return found && { ...found, age: () => Promise.resolve(null) };
    },
  };
}

interface Runner {
  readonly locks: SharedLocks;
  readonly said: readonly string[];
  readonly sleeps: readonly number[];
}

function runnerOn(
  open: () => StateStore,
  host: string,
  onSleep: (slept: number) => Promise<void> | void = () => undefined,
): Runner {
  const context = testContext({ self: { pid: host.length, host, isRunning: () => true } });
  const said: string[] = [];
  let slept = 0;
  const locks = openSharedLocks({
    ...context.ctx,
    sleep: async (milliseconds, signal) => {
      await context.ctx.sleep(milliseconds, signal);
      slept += milliseconds;
      await onSleep(slept);
    },
    store: withoutTime(open()),
    seen: openSeenRecords(),
    leaseMs: 60_000,
    run: null,
    report: async (text) => void said.push(text),
  });
  return { locks, said, sleeps: context.sleeps };
}

const looking =
  'nscale service account ci is held by process 3 on one; looking whether that run lives, for up to 60 seconds';

describe('an account that another run holds', () => {
  it('is taken over once its record has stayed the same for a lease', async () => {
    const { open } = createModelStore();
    await runnerOn(open, 'one').locks.lock(ci);
    const other = runnerOn(open, 'other');
    const held = await other.locks.lock(ci);
    expect(await held.renew()).toBe(true);
    expect(other.said).toEqual([looking, 'nscale service account ci was left by process 3 on one; taking it over']);
    const waited = other.sleeps.reduce((sum, each) => sum + each, 0);
    expect([waited > 60_000, waited < 63_000]).toEqual([true, true]);
  });

  it('is not, once it was renewed', async () => {
    const { open } = createModelStore();
    const first = await runnerOn(open, 'one').locks.lock(ci);
    const other = runnerOn(open, 'other', async (slept) => {
      if (slept === 20_000) await first.renew();
    });
    await expect(other.locks.lock(ci)).rejects.toMatchObject({
      code: 'locked',
      retryable: true,
      message: expect.stringMatching(/^nscale service account ci is held by process 3 on one since /),
    });
    expect(other.said).toEqual([looking]);
    expect(other.sleeps.reduce((sum, each) => sum + each, 0)).toBe(20_000);
  });
});
