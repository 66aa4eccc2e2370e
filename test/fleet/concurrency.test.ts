// @module-tag slow
import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { entriesIn } from '../outcomes/observe.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';
import { milestone } from '../harness/milestone.ts';

const rotate = ['sa', 'rotate', '--provider', 'all', '--all', ...toFiles, '--yes'];

/** The most that there was of something at any request; changes wait until `atOnce` requests are open. */
interface Most {
  readonly requests: number;
  readonly underWay: number;
  readonly listeners: number;
  /** Listeners to Ctrl-C that are left in the end. */
  readonly left: number;
  readonly world: World;
}

async function most(
  accounts: number,
  flags: readonly string[],
  { atOnce = 1 }: { readonly atOnce?: number } = {},
): Promise<Most> {
  const { signal } = new AbortController();
  const seen = { requests: 0, underWay: 0, listeners: 0 };
  let open = 0;
  const { passed, pass } = milestone();
  const world: World = createWorld({
    providers: ['nscale', 'runai'],
    accounts,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      open += 1;
      seen.requests = Math.max(seen.requests, open);
      seen.listeners = Math.max(seen.listeners, getEventListeners(signal, 'abort').length);
      if (isMutation(request)) {
        seen.underWay = Math.max(seen.underWay, entriesIn(world.stateDirectory).length);
      }
      if (open === atOnce) pass();
      // Changes are answered once as many requests are open as may be.
      if (isMutation(request)) await passed;
      return fetch(request).finally(() => {
        open -= 1;
      });
    },
  });
  const { code } = await world.run([...rotate, ...flags], { signal });
  expect(code).toBe(0);
  return { ...seen, left: getEventListeners(signal, 'abort').length, world };
}

describe('a run over many accounts', () => {
  it.each([
    [[], 4],
    [['--concurrency', '1'], 1],
    [['--concurrency', '3'], 3],
    [['--concurrency', '16'], 16],
  ])('makes as many requests at once as it may, and no more: %j', async (flags, limit) => {
    const { requests, underWay } = await most(24, flags, { atOnce: limit });
    expect(requests).toBe(limit);
    expect(underWay).toBeLessThanOrEqual(limit * 2);
  });

  it('asks for the accounts once for each batch', async () => {
    const { world } = await most(40, []);
    const lists = world.requests.filter((request) => /^GET .*\/service-?accounts$/.test(request));
    // 80 accounts in batches of 8, 32, 32 and 8, of two providers, after both were asked once.
    expect(lists.length).toBeLessThanOrEqual(2 + 4 * 2);
  });

  it('does not listen to Ctrl-C once for every account', async () => {
    const few = await most(10, []);
    const many = await most(60, []);
    expect([few.left, many.left]).toEqual([0, 0]);
    expect(many.listeners).toBeLessThanOrEqual(40);
    expect(few.listeners).toBeLessThanOrEqual(40);
  });
});
