import { describe, expect, test } from 'vitest';

import { sandboxProviders } from '../../../src/sandbox/providers.ts';
import { testNow } from '../../harness/context.ts';
import { activity, counts, deploy, docs, reviewer, type Deployment } from './deployment.ts';

function refusal(code: string): unknown {
  return { error: { code, message: expect.stringMatching(/\w/) as string } };
}

/** The statuses of so many requests, one after the other. */
async function statuses(deployment: Deployment, requests: number): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    seen.push((await deployment.get(counts)).status);
  }
  return seen;
}

describe('the token', () => {
  test.each([
    ['is missing', null],
    ['is unknown', 'x'],
    ['was revoked', docs.revoked.value],
    ['is only a part of one', reviewer.value.slice(0, -1)],
  ])('is refused with 401 when it %s', async (_, token) => {
    for (const path of [counts, activity]) {
      const { status, body } = await deploy().get(path, token);
      expect(status).toBe(401);
      expect(body).toEqual(refusal('Unauthenticated'));
    }
  });

  test.each([reviewer.value, docs.value])('of every seeded account works: %s', async (token) => {
    expect((await deploy().get(counts, token)).status).toBe(200);
  });

  test('is looked at before the parameters, and after the path', async () => {
    const { get } = deploy();
    expect((await get(`${counts}?start_date=x`, null)).status).toBe(401);
    expect((await get('/analytics/v0/other', null)).status).toBe(404);
    expect((await get('/analytics/v0/other')).body).toEqual(refusal('NotFound'));
  });
});

describe('dau-count', () => {
  test('counts the users of the last 7 days that have data', async () => {
    const { body } = await deploy().get(counts);
    expect(body).toEqual({
      daily_active_user_counts: [
        { date: '2026-11-15', user_count: 0 },
        { date: '2026-11-16', user_count: 1 },
        { date: '2026-11-17', user_count: 1 },
        { date: '2026-11-18', user_count: 1 },
        { date: '2026-11-19', user_count: 3 },
        { date: '2026-11-20', user_count: 2 },
        { date: '2026-11-21', user_count: 0 },
      ],
      metadata: {
        effective_start_date: '2026-11-15',
        effective_end_date: '2026-11-21',
        generated_at: '2026-11-22T12:00:00.000Z',
        total_days: 7,
      },
    });
  });

  test.each([
    ['01:59', Date.UTC(2026, 10, 22, 1, 59), '2026-11-20'],
    ['02:00', Date.UTC(2026, 10, 22, 2, 0), '2026-11-21'],
  ])('has the day before from 02:00 UTC on: at %s', async (_, now, end) => {
    const deployment = deploy();
    deployment.clock.now = now;
    const { body } = await deployment.get(counts);
    expect(body['metadata']).toMatchObject({ effective_end_date: end });
  });

  test.each([
    ['today', 'end_date=2026-11-22'],
    ['the future', 'start_date=2026-11-23&end_date=2026-11-24'],
    ['91 days', 'start_date=2026-08-01&end_date=2026-10-30'],
    ['more than 2 years ago', 'start_date=2024-11-01&end_date=2024-11-30'],
    ['an end before the start', 'start_date=2026-11-10&end_date=2026-11-09'],
    ['a date that does not exist', 'end_date=2026-02-30'],
    ['something that is no date', 'start_date=yesterday'],
  ])('refuses %s with 400', async (_, query) => {
    const { status, body } = await deploy().get(`${counts}?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual(refusal('InvalidArgument'));
  });

  test('takes 90 days', async () => {
    const { body } = await deploy().get(`${counts}?start_date=2026-08-02&end_date=2026-10-30`);
    expect(body['metadata']).toMatchObject({ total_days: 90 });
  });
});

describe('user-activity', () => {
  test('names people by email and service accounts by name, never both', async () => {
    const { body } = await deploy().get(activity);
    expect(body['users']).toEqual([
      { service_account_name: 'ci-reviewer', active_days: 5, metrics: { total_messages: 70 } },
      { user_email: 'ann@example.com', active_days: 2, metrics: { total_messages: 25 } },
      { user_email: 'lena@example.com', active_days: 1, metrics: { total_messages: 13 } },
    ]);
    expect(body['pagination']).toEqual({ next_cursor: null, has_more: false });
  });

  test('has names of accounts that are gone, in the days when they worked', async () => {
    const { body } = await deploy().get(`${activity}?start_date=2026-09-01&end_date=2026-11-21`);
    expect(body['users']).toContainEqual(expect.objectContaining({ service_account_name: 'release-notes' }));
  });

  test('comes in pages that follow each other', async () => {
    const { get } = deploy();
    const names: unknown[] = [];
    let cursor = '';
    for (let more: unknown = true; more === true;) {
      const { body } = await get(`${activity}?page_size=1&cursor=${cursor}`);
      const { has_more, next_cursor } = body['pagination'] as Record<string, unknown>;
      names.push(...(body['users'] as unknown[]));
      more = has_more;
      cursor = String(next_cursor);
    }
    expect(names).toEqual((await get(activity)).body['users']);
    expect(names).toHaveLength(3);
  });

  test.each(['page_size=0', 'page_size=101', 'page_size=x', 'cursor=x'])('refuses %s with 400', async (query) => {
    expect((await deploy().get(`${activity}?${query}`)).status).toBe(400);
  });

  test('has pages of 50, and of 100 at most', async () => {
    const deployment = deploy();
    for (let index = 0; index < 120; index += 1) {
      deployment.state.activity.push({
        date: '2026-11-20',
        user: { user_email: `user${index}@example.com` },
        messages: 1,
      });
    }
    expect((await deployment.get(activity)).body['users']).toHaveLength(50);
    expect((await deployment.get(`${activity}?page_size=100`)).body['users']).toHaveLength(100);
  });
});

describe('the rate limit', () => {
  test('lets 20 requests through at once, and then 10 a minute', async () => {
    const deployment = deploy();
    expect(await statuses(deployment, 21)).toEqual([...Array<number>(20).fill(200), 429]);
    deployment.clock.now += 60_000;
    expect(await statuses(deployment, 11)).toEqual([...Array<number>(10).fill(200), 429]);
    deployment.clock.now += 5999;
    expect(await statuses(deployment, 1)).toEqual([429]);
    deployment.clock.now += 1;
    expect(await statuses(deployment, 2)).toEqual([200, 429]);
  });

  test('says nothing of when to come back', async () => {
    const deployment = deploy();
    await statuses(deployment, 20);
    const { headers, body } = await deployment.get(counts);
    expect(headers.get('retry-after')).toBeNull();
    expect(body).toEqual(refusal('ResourceExhausted'));
  });

  test('never gathers more than the burst', async () => {
    const deployment = deploy();
    deployment.clock.now = testNow + 86_400_000;
    expect(await statuses(deployment, 21)).toContain(429);
  });
});

describe('faults', () => {
  test('see every request as a read, for there is no other', () => {
    expect(sandboxProviders.augment.faults.operationOf(new Request(`https://augment.test${counts}`))).toBe('read');
    const post = new Request(`https://augment.test${counts}`, { method: 'POST' });
    expect(sandboxProviders.augment.faults.operationOf(post)).toBeNull();
  });

  test.each([401, 429, 500, 503] as const)('are refused with %d in its own shape', async (status) => {
    const response = sandboxProviders.augment.faults.refuse(new Request('https://augment.test'), status);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(refusal(expect.any(String) as string));
  });
});
