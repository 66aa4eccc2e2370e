import { Refusal, type EmulatorOptions, type ServiceCall } from '../emulator.ts';
import { isoTime } from '../records.ts';
import { dayOf, type ActivityRecord, type AugmentState, type User } from './state.ts';

/** `GET /dau-count`: how many users each day had (docs/contracts/augment.md 4). @throws Refusal 400 */
export function dailyCounts({ url }: ServiceCall, _: unknown, { state, now }: EmulatorOptions<AugmentState>): unknown {
  const { days, metadata } = periodOf(url.searchParams, now());
  return {
    daily_active_user_counts: days.map((date) => ({
      date,
      user_count: byUser(state.activity.filter((record) => record.date === date)).length,
    })),
    metadata,
  };
}

/** `GET /user-activity`: who was active (docs/contracts/augment.md 4). @throws Refusal 400 */
export function userActivity({ url }: ServiceCall, _: unknown, { state, now }: EmulatorOptions<AugmentState>): unknown {
  const { days, metadata } = periodOf(url.searchParams, now());
  const users = byUser(state.activity.filter(({ date }) => days.includes(date)));
  const { page, pagination } = pageOf(url.searchParams, users);
  return {
    users: page.map(({ user, records }) =>
      Object.assign({}, user, {
        active_days: new Set(records.map(({ date }) => date)).size,
        metrics: { total_messages: records.reduce((sum, { messages }) => sum + messages, 0) },
      }),
    ),
    pagination,
    metadata,
  };
}

interface UserRecords {
  readonly user: User;
  readonly records: readonly ActivityRecord[];
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

const dayMs = 86_400_000;

/** The data of a day are there two hours after its end. */
const readyMs = dayMs + 2 * 3_600_000;

/**
 * The days of the period that a query names, `YYYY-MM-DD` in UTC, both ends included, and what answers say of it; without
 * dates the last 7 days that have data (docs/contracts/augment.md 4). @throws Refusal 400
 */
function periodOf(
  query: URLSearchParams,
  now: number,
): { readonly days: readonly string[]; readonly metadata: unknown } {
  const end = dateOf(query, 'end_date') ?? Date.parse(dayOf(now - readyMs));
  const start = dateOf(query, 'start_date') ?? end - 6 * dayMs;
  const today = Date.parse(dayOf(now));
  if (end >= today) throw new Refusal(400, 'end_date must be before today');
  if (start > end) throw new Refusal(400, 'start_date must not be after end_date');
  if (start < today - 730 * dayMs) throw new Refusal(400, 'start_date must be within the last 2 years');
  const count = Math.round((end - start) / dayMs) + 1;
  if (count > 90) throw new Refusal(400, 'date range must not exceed 90 days');
  return {
    days: Array.from({ length: count }, (_, index) => dayOf(start + index * dayMs)),
    metadata: {
      effective_start_date: dayOf(start),
      effective_end_date: dayOf(end),
      generated_at: isoTime(now),
      total_days: count,
    },
  };
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

/** One page of a list, and what the answer says of the next one. @throws Refusal 400 */
function pageOf<Item>(
  query: URLSearchParams,
  items: readonly Item[],
): { page: readonly Item[]; pagination: { next_cursor: string | null; has_more: boolean } } {
  const start = startOf(query.get('cursor'));
  const end = start + sizeOf(query.get('page_size'));
  const hasMore = end < items.length;
  // Opaque, as cursors are.
  const cursor = Buffer.from(`at:${end}`).toString('base64url');
  return { page: items.slice(start, end), pagination: { next_cursor: hasMore ? cursor : null, has_more: hasMore } };
}

function sizeOf(text: string | null): number {
  if (text === null) return 50;
  const size = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= 100) return size;
  throw new Refusal(400, 'page_size must be from 1 to 100');
}

function startOf(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  const index = /^at:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (index === undefined) throw new Refusal(400, 'cursor is not valid');
  return Number(index);
}
