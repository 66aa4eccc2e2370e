import { expect, test } from 'vitest';

import { withGrace } from '../../src/delivery/interrupt.ts';
import { testContext } from '../harness/context.ts';

interface Wait {
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
}

/** A context that is interrupted by hand, and whose waits end by hand. */
function interruptible() {
  const interrupt = new AbortController();
  const waits: Wait[] = [];
  const grace = new AbortController();
  const { ctx } = testContext({
    signal: interrupt.signal,
    overrides: {
      sleep: (milliseconds, signal) => {
        waits.push({ milliseconds, signal });
        return new Promise((resolve) => grace.signal.addEventListener('abort', () => resolve()));
      },
    },
  });
  return { ctx, waits, interrupt: () => interrupt.abort(new Error('interrupted')), endGrace: () => grace.abort() };
}

test('a change that is interrupted has five seconds, and the clock ends with it', async () => {
  const { ctx, waits, interrupt } = interruptible();
  const done = await withGrace(ctx, (signal) => {
    interrupt();
    expect(waits.map(({ milliseconds, signal: end }) => [milliseconds, end?.aborted])).toEqual([[5000, false]]);
    return Promise.resolve(signal.aborted);
  });
  expect(done).toBe(false);
  expect(waits.map(({ signal }) => signal?.aborted)).toEqual([true]);
});

test('a change that takes longer is told to end, with the reason of the interrupt', async () => {
  const { ctx, interrupt, endGrace } = interruptible();
  const reason = await withGrace(ctx, async (signal) => {
    interrupt();
    endGrace();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return signal.reason as unknown;
  });
  expect(reason).toEqual(new Error('interrupted'));
});

test('a change does not begin after an interrupt, and no clock begins after a change', async () => {
  const { ctx, interrupt, waits } = interruptible();
  await withGrace(ctx, () => Promise.resolve());
  interrupt();
  let isBegun = false;
  const late = withGrace(ctx, () => {
    isBegun = true;
    return Promise.resolve();
  });
  await expect(late).rejects.toThrow('interrupted');
  expect({ isBegun, waits }).toEqual({ isBegun: false, waits: [] });
});
