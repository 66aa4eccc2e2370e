import { dayOf, type ActivityRecord, type AugmentState, type User } from './state.ts';
import { Refusal } from './answers.ts';
import { isoTime } from '../records.ts';

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
    generated_at: isoTime(now),
    total_days: days,
  };
}

const dayMs = 86_400_000;
const longestPeriod = 90;
const furthestBack = 730;
const defaultPeriod = 7;

/** A day's data are there two hours after its end. */
const readyMs = dayMs + 2 * 3_600_000;

/** UTC days, `YYYY-MM-DD`, in order and both included. */
export interface Period {
  readonly start: string;
  readonly end: string;
  readonly days: readonly string[];
}

/**
 * The period that a query names; without dates the last 7 days that are there (contracts/augment.md 4).
 * @throws Refusal 400
 */
function periodOf(query: URLSearchParams, now: number): Period {
  const end = dateOf(query, 'end_date') ?? Date.parse(dayOf(now - readyMs));
  const start = dateOf(query, 'start_date') ?? end - (defaultPeriod - 1) * dayMs;
  const today = Date.parse(dayOf(now));
  if (end >= today) throw new Refusal(400, 'end_date must be before today');
  if (start > end) throw new Refusal(400, 'start_date must not be after end_date');
  if (start < today - furthestBack * dayMs) {
    throw new Refusal(400, 'start_date must be within the last 2 years');
  }
  const count = Math.round((end - start) / dayMs) + 1;
  if (count > longestPeriod) throw new Refusal(400, 'date range must not exceed 90 days');
  const days = Array.from({ length: count }, (_, index) => dayOf(start + index * dayMs));
  return { start: dayOf(start), end: dayOf(end), days };
}

function dateOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || dayOf(time) !== text) {
    throw new Refusal(400, `${name} must be a date in the form YYYY-MM-DD`);
  }
  return time;
}

const defaultPage = 50;
const largestPage = 100;

/** One page of a list, and what the answer says of the next one. @throws Refusal 400 */
function pageOf<Item>(
  query: URLSearchParams,
  items: readonly Item[],
): { page: readonly Item[]; pagination: { next_cursor: string | null; has_more: boolean } } {
  const start = startOf(query.get('cursor'));
  const end = start + sizeOf(query.get('page_size'));
  const hasMore = end < items.length;
  return {
    page: items.slice(start, end),
    pagination: { next_cursor: hasMore ? cursorAt(end) : null, has_more: hasMore },
  };
}

function sizeOf(text: string | null): number {
  if (text === null) return defaultPage;
  const size = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= largestPage) return size;
  throw new Refusal(400, `page_size must be from 1 to ${largestPage}`);
}

/** Opaque, as cursors are. */
function cursorAt(index: number): string {
  return Buffer.from(`at:${index}`).toString('base64url');
}

function startOf(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  const index = /^at:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (index === undefined) throw new Refusal(400, 'cursor is not valid');
  return Number(index);
}
