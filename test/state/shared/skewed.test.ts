import { expect, it } from 'vitest';

import { testNow } from '../../harness/context.ts';
import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = ['sa', 'rotate', '--provider', 'nscale', '--id', 'ci-deploy', '--yes', '--to', 'file:token'];
const waiting = 'an earlier request, whose answer was lost, may still be done; waiting 30 seconds for it';

it.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])('a machine whose clock is %s waits for a lost request of another one by the clock of the store', async (_, skew) => {
  let isFirst = true;
  let isLost = false;
  const deployment = deploy({
    intercept: async (request, next) => {
      if (!isFirst) return next(request);
      if (request.url.endsWith('/rotate')) isLost = true;
      if (!isLost) return next(request);
      // What became of it cannot be read either.
      return request.url.endsWith('/rotate') ? Response.error() : new Response(null, { status: 503 });
    },
  });
  const { machine } = useMachines(deployment);
  expect((await machine('runner-1').run(rotate)).code).toBe(7);
  isFirst = false;
  let now = testNow + skew;
  const { code, stderr } = await machine('runner-2').run(rotate, {
    overrides: { now: () => now, sleep: async (ms) => void (now += ms) },
  });
  expect({ code, hasWaited: stderr.includes(waiting) }).toEqual({ code: 0, hasWaited: true });
  expect(now - testNow - skew).toBeGreaterThanOrEqual(30_000);
});
