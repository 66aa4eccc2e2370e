import { describe, expect, test } from 'vitest';

import { activeAccountNames } from '../../../src/providers/augment/lookup.ts';
import { readProblem } from '../../../src/providers/augment/api.ts';
import { analyticsOf, answering, emulated } from './analytics.ts';

describe('the names of accounts that were active', () => {
  test('are those of the last 7 days, without people', async () => {
    const { analytics, paths } = emulated();
    expect(await activeAccountNames(analytics)).toEqual(['ci-reviewer']);
    expect(paths).toEqual(['/analytics/v0/user-activity?page_size=100']);
  });

  test('come sorted, each once', async () => {
    const users = ['b', 'a', 'b'].map((name) => ({ service_account_name: name }));
    expect(await activeAccountNames(answering(200, { users }).analytics)).toEqual(['a', 'b']);
  });

  test('come from all pages', async () => {
    const { analytics, state, paths } = emulated();
    const names = Array.from({ length: 250 }, (_, index) => `job-${1000 + index}`);
    for (const name of names) {
      state.activity.push({ date: '2026-11-20', user: { service_account_name: name }, messages: 1 });
    }
    expect(await activeAccountNames(analytics)).toEqual(['ci-reviewer', ...names]);
    expect(paths).toHaveLength(3);
    expect(new Set(paths).size).toBe(3);
  });

  test('stay below the rate limit over many pages', async () => {
    const { analytics, state, sleeps } = emulated();
    for (let index = 0; index < 1150; index += 1) {
      state.activity.push({ date: '2026-11-20', user: { service_account_name: `job-${index}` }, messages: 1 });
    }
    expect(await activeAccountNames(analytics)).toHaveLength(1151);
    expect(sleeps).toEqual([60_000]);
  });

  test('are none where nobody was active, and need no pagination in the answer', async () => {
    expect(await activeAccountNames(answering(200, { users: [] }).analytics)).toEqual([]);
  });

  test.each([
    ['the same cursor again', { has_more: true, next_cursor: 'a' }, 2],
    ['more, and no cursor', { has_more: true, next_cursor: null }, 1],
  ])('end with an error where pages have %s', async (_, pagination, requests) => {
    const { analytics, paths } = answering(200, { users: [], pagination });
    await expect(activeAccountNames(analytics)).rejects.toMatchObject({
      code: 'bad_answer',
      message: "cannot list the service accounts that were active: augment's pages have no end",
    });
    expect(paths).toHaveLength(requests);
  });

  test('end with an error where there is always another page', async () => {
    let count = 0;
    const { analytics } = analyticsOf(() => {
      count += 1;
      const pagination = { has_more: true, next_cursor: String(count) };
      return Promise.resolve(Response.json({ users: [], pagination }));
    });
    await expect(activeAccountNames(analytics)).rejects.toThrow("augment's pages have no end");
    expect(count).toBe(101);
  });

  test.each([
    ['another shape', answering(200, { people: [] }), 'bad_answer', 1],
    ['a refusal', answering(401, { error: { code: 'X', message: 'no' } }), 'unauthenticated', 4],
    ['a missing permission', answering(403, { error: { code: 'X', message: 'no' } }), 'forbidden', 4],
  ])('are an error after %s', async (_, { analytics }, code, exitCode) => {
    await expect(activeAccountNames(analytics)).rejects.toMatchObject({ code, exitCode });
  });

  test('send the cursor as it came', async () => {
    let count = 0;
    const { analytics, paths } = analyticsOf(() => {
      count += 1;
      const pagination = count === 1 ? { has_more: true, next_cursor: 'a+/=&b' } : null;
      return Promise.resolve(Response.json({ users: [], pagination }));
    });
    await activeAccountNames(analytics);
    const { searchParams } = new URL(`https://x${paths[1]}`);
    expect(searchParams.get('cursor')).toBe('a+/=&b');
  });
});

describe('an error body', () => {
  test.each([[{ error: { code: 'InvalidArgument', message: 'no' } }, 'InvalidArgument']])(
    'of the documented shape is read: %j',
    (body, code) => {
      expect(readProblem(400, body)).toEqual({ code, message: 'no', traceId: null });
    },
  );

  test.each([
    {},
    null,
    'x',
    { error: 'no' },
    { error: { code: 'X' } },
    { error: { message: 'no' } },
    { message: 'no' },
  ])('of another shape is not: %j', (body) => {
    expect(readProblem(400, body)).toBeNull();
  });
});
