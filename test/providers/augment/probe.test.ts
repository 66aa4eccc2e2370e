import { describe, expect, test } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { createLimiter, probe } from '../../../src/providers/augment/api.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import { untilRefused } from '../../../src/providers/augment/revocation-check.ts';
import { deleteAccount, revokeToken } from '../../../src/sandbox/augment/console.ts';
import { augmentSandbox } from '../../../src/sandbox/augment/seed.ts';
import { testContext, testNow } from '../../harness/context.ts';
import { analyticsOf, answering, emulated, token } from './analytics.ts';

const { reviewer, docs } = augmentSandbox;
const error = { error: { code: 'InvalidArgument', message: 'no' } };
const page = '<!doctype html><title>Sign in</title>';

describe('a probe', () => {
  test('of a token that works is one documented request', async () => {
    const { analytics, paths } = emulated();
    expect(await probe(analytics)).toEqual({ works: true, why: null });
    expect(paths).toEqual(['/analytics/v0/dau-count']);
  });

  test('tells a token that is unknown, revoked or gone with its account', async () => {
    const unknown = emulated({ token: 'x' });
    const revoked = emulated();
    revokeToken(revoked.state, { account: reviewer.account, token: reviewer.token, now: testNow });
    const deleted = emulated();
    deleteAccount(deleted.state, { account: reviewer.account });
    for (const { analytics, paths } of [unknown, revoked, deleted]) {
      expect(await probe(analytics)).toEqual({
        works: false,
        why: 'cannot try the token: augment answered 401: Missing or invalid API token',
      });
      expect(paths).toHaveLength(1);
    }
  });

  test.each([
    ['400', answering(400, error), 'augment answered 400: no'],
    ['403', answering(403, error), 'augment answered 403: no'],
    ['404', answering(404, ''), 'augment, or a gateway before it, answered 404 with an empty body'],
    ['429', answering(429, error), 'augment answered 429: no'],
    ['500', answering(500, 'oops', 'text/plain'), 'a gateway answered in place of augment: 500'],
    ['a page of 200', answering(200, page, 'text/html'), 'an HTML page'],
    ['an empty 200', answering(200, ''), 'an empty body'],
    ['a page of 401', answering(401, page, 'text/html'), 'an HTML page'],
  ])('says nothing of the token, but why, after %s', async (_, { analytics }, why) => {
    const verification = await probe(analytics);
    expect(verification.works).toBeNull();
    expect(verification.why).toContain(why);
  });

  test('says nothing of the token when nobody answers', async () => {
    const cause = Object.assign(new Error('x'), { code: 'ENOTFOUND' });
    const { analytics } = analyticsOf(() => Promise.reject(new TypeError('fetch failed', { cause })));
    expect(await probe(analytics)).toEqual({ works: null, why: expect.stringContaining('ENOTFOUND') as string });
  });

  test.each([
    ['text', answering(401, 'no', 'text/plain')],
    ['nothing', answering(401, '')],
    ['JSON of another shape', answering(401, { message: 'Unauthorized' })],
    ["a load balancer's JSON", answering(401, { error: { code: 401, message: 'no' } })],
  ])('takes no 401 for a refusal that is not in Augment’s own shape: %s', async (_, { analytics }) => {
    expect((await probe(analytics)).works).toBeNull();
  });

  test('never repeats the token, even where the answer does', async () => {
    const echo = { error: { code: 'Unauthenticated', message: `bad token ${token}` } };
    const { why } = await probe(answering(401, echo).analytics);
    expect(why).toContain('bad token [secret]');
  });

  test('ends by an interrupt with nothing said', async () => {
    const interrupted = AbortSignal.abort(new InterruptedError());
    const { analytics } = emulated({ signal: interrupted });
    await expect(probe(analytics)).rejects.toBeInstanceOf(InterruptedError);
  });

  test('stays below the rate limit, however many are wanted', async () => {
    const { analytics, sleeps, notes, ctx } = emulated();
    const trials = await Promise.all(Array.from({ length: 25 }, () => probe(analytics)));
    expect(trials.map(({ works }) => works)).toEqual(Array(25).fill(true));
    expect(sleeps).toEqual([60_000, 60_000]);
    const told = 'waiting 60 seconds: Augment takes 10 requests a minute';
    expect(notes).toEqual([told, told]);
    expect(ctx.now()).toBe(testNow + 120_000);
  });
});

describe('the limiter', () => {
  test('lets ten go in any minute, not in each', async () => {
    const { ctx, sleeps } = testContext();
    const takeTurn = createLimiter({ ...ctx, note: () => Promise.resolve() });
    for (let index = 0; index < 9; index += 1) await takeTurn();
    await ctx.sleep(59_000);
    await takeTurn();
    await takeTurn();
    expect(sleeps).toEqual([59_000, 1000]);
    for (let index = 0; index < 8; index += 1) await takeTurn();
    expect(sleeps).toHaveLength(2);
    await takeTurn();
    expect(sleeps).toEqual([59_000, 1000, 59_000]);
  });

  test('lets the next one go when a wait was interrupted', async () => {
    const { ctx } = testContext();
    let isInterrupted = true;
    function sleep(milliseconds: number): Promise<void> {
      return isInterrupted ? Promise.reject(new Error('stop')) : ctx.sleep(milliseconds);
    }
    const takeTurn = createLimiter({ now: ctx.now, sleep, note: () => Promise.resolve() }, 1);
    await takeTurn();
    await expect(takeTurn()).rejects.toThrow('stop');
    isInterrupted = false;
    await expect(takeTurn()).resolves.toBeUndefined();
  });
});

function telling(told: Verification[]): { readonly onWait: (verification: Verification) => Promise<void> } {
  return {
    onWait: (verification) => {
      told.push(verification);
      return Promise.resolve();
    },
  };
}

describe('waiting for a revocation', () => {
  test('asks every 20 seconds until the token is refused', async () => {
    const { analytics, state, ctx, sleeps, paths } = emulated({ token: docs.value });
    const told: Verification[] = [];
    const verification = await untilRefused({
      ...telling(told),
      now: ctx.now,
      tryOld: () => probe(analytics),
      sleep: async (milliseconds) => {
        await ctx.sleep(milliseconds);
        if (sleeps.length === 3) {
          revokeToken(state, { account: docs.account, token: docs.token, now: ctx.now() });
        }
      },
    });
    expect(verification.works).toBe(false);
    expect(sleeps).toEqual([20_000, 20_000, 20_000]);
    expect(paths).toHaveLength(4);
    expect(told).toEqual([{ works: true, why: null }]);
  });

  test('ends after five minutes with what was seen last', async () => {
    const { analytics, ctx, sleeps } = emulated();
    const untold = telling([]);
    expect(await untilRefused({ ...ctx, ...untold, tryOld: () => probe(analytics) })).toEqual({
      works: true,
      why: null,
    });
    expect(sleeps).toEqual(Array(15).fill(20_000));
  });

  test('goes on after an answer that says nothing', async () => {
    const { ctx } = testContext();
    const trials = [null, true, null, false];
    const verification = await untilRefused({
      ...ctx,
      ...telling([]),
      tryOld: () => Promise.resolve({ works: trials.shift() ?? null, why: null }),
    });
    expect(verification.works).toBe(false);
    expect(trials).toEqual([]);
  });
});
