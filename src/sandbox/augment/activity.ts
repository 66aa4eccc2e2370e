import { pageOf, periodOf } from './query.ts';
import { timestamp, type ActivityRecord, type AugmentState, type User } from './state.ts';

export interface Question {
  readonly query: URLSearchParams;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `GET /dau-count`: how many users each day had (contracts/augment.md 4). @throws Refusal 400 */
export function dailyCounts({ activity }: AugmentState, { query, now }: Question): unknown {
  const { start, end, days } = periodOf(query, now);
  return {
    daily_active_user_counts: days.map((date) => ({
      date,
      user_count: byUser(activity.filter((record) => record.date === date)).length,
    })),
    metadata: metadata({ start, end, now, days: days.length }),
  };
}

/** `GET /user-activity`: who was active (contracts/augment.md 4). @throws Refusal 400 */
export function userActivity({ activity }: AugmentState, { query, now }: Question): unknown {
  const { start, end, days } = periodOf(query, now);
  const users = byUser(activity.filter(({ date }) => days.includes(date)));
  const { page, pagination } = pageOf(query, users);
  return {
    users: page.map(userView),
    pagination,
    metadata: metadata({ start, end, now, days: days.length }),
  };
}

interface UserRecords {
  readonly user: User;
  readonly records: readonly ActivityRecord[];
}

function userView({ user, records }: UserRecords): unknown {
  return {
    ...user,
    active_days: new Set(records.map(({ date }) => date)).size,
    metrics: { total_messages: records.reduce((sum, { messages }) => sum + messages, 0) },
  };
}

function byUser(activity: readonly ActivityRecord[]): UserRecords[] {
  const users = new Map<string, UserRecords>();
  for (const record of activity) {
    const key = JSON.stringify(record.user);
    const records = [...(users.get(key)?.records ?? []), record];
    users.set(key, { user: record.user, records });
  }
  return [...users.values()];
}

function metadata({
  start,
  end,
  now,
  days,
}: {
  readonly start: string;
  readonly end: string;
  readonly now: number;
  readonly days: number;
}): unknown {
  return {
    effective_start_date: start,
    effective_end_date: end,
    generated_at: timestamp(now),
    total_days: days,
  };
}
