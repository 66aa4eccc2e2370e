import { setTimeout as wait } from 'node:timers/promises';

import type { Context } from '../../src/context.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { testContext } from '../harness/context.ts';

/** A context whose network, clock and ids are real. */
export function engineContext(env: Record<string, string>): ReturnType<typeof testContext> {
  const test = testContext({ env, cwd: '/', homeDirectory: '/' });
  return { ...test, ctx: { ...test.ctx, ...real } };
}

const real: Pick<Context, 'fetch' | 'now' | 'sleep' | 'timeout' | 'uuid'> = {
  fetch: createFetch({ timeout: startTimeout, nodeVersion: process.versions.node }),
  now: () => performance.now() + performance.timeOrigin,
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
  timeout: startTimeout,
  uuid: () => crypto.randomUUID(),
};

function startTimeout(milliseconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
