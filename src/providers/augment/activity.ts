import * as z from 'zod/mini';

import { countPages, endless } from '../paging.ts';
import { ask, type Analytics } from './analytics.ts';

/** Users are people or service accounts (contracts/augment.md 4); what else is said of them is not read. */
const ActivityPage = z.object({
  users: z.array(z.object({ service_account_name: z.optional(z.nullable(z.string())) })),
  pagination: z.optional(
    z.nullable(
      z.object({
        has_more: z.optional(z.nullable(z.boolean())),
        next_cursor: z.optional(z.nullable(z.string())),
      }),
    ),
  ),
});
type ActivityPage = z.infer<typeof ActivityPage>;

/** A time in UTC days, `YYYY-MM-DD`, both included: at most 90, before today. */
export interface ActivityPeriod {
  readonly from: string;
  readonly to: string;
}

const purpose = 'list the service accounts that were active';

/** A page is at most this long; fewer pages leave more of the rate limit. */
const pageSize = 100;

/** Ten minutes, at the documented rate. */
const mostPages = 100;

/**
 * The names of service accounts that Augment saw at work, sorted, each once: those that did nothing are not among them,
 * so this is no inventory. Without a period it is Augment's default, the last 7 days. @throws HttpError
 */
export async function activeAccountNames(
  analytics: Analytics,
  period: ActivityPeriod | null = null,
): Promise<readonly string[]> {
  const names = new Set<string>();
  const cursors = new Set<string>();
  const list = { provider: 'augment', purpose, mostPages };
  const counted = countPages(list);
  for (let cursor: string | null = null; ;) {
    const page: ActivityPage = await ask(analytics, {
      path: `/user-activity?${queryOf(period, cursor)}`,
      purpose,
      schema: ActivityPage,
    });
    counted(page.users.length);
    for (const { service_account_name: name } of page.users) if (name) names.add(name);
    if (page.pagination?.has_more !== true) return [...names].toSorted();
    cursor = page.pagination.next_cursor ?? '';
    if (cursor === '' || cursors.has(cursor)) throw endless(list);
    cursors.add(cursor);
  }
}

function queryOf(period: ActivityPeriod | null, cursor: string | null): string {
  const query = new URLSearchParams({
    page_size: String(pageSize),
    ...(period === null ? {} : { start_date: period.from, end_date: period.to }),
    ...(cursor === null ? {} : { cursor }),
  });
  return query.toString();
}
