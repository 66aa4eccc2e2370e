import { compareText } from '../../model/order.ts';
import type { Account } from '../../model/account.ts';
import { durationForms, parseDuration } from '../../model/duration.ts';
import { accountColumns } from '../../output/account.ts';
import {
  parseSort,
  selectColumns,
  sortBy,
  type Column,
  type ColumnChoice,
  type Sort,
} from '../../output/columns.ts';
import type { ListOptions } from '../../providers/provider.ts';
import { gather, type Check, type Gathered } from '../check.ts';

export interface SelectionFlags {
  readonly search?: string | undefined;
  readonly expiringWithin?: string | undefined;
  readonly sort?: string | undefined;
  readonly limit?: string | undefined;
}

/** Which accounts `list` prints, and in what order. */
export interface Selection {
  readonly search: string | null;
  readonly expiringWithinMs: number | null;
  /** null is the default: by name, then id. */
  readonly sort: Sort<Account> | null;
  readonly limit: number;
  readonly columns: readonly Column<Account>[];
}

/** Reads list's flags; every problem is found, not only the first. */
export async function readSelection(
  flags: SelectionFlags,
  columnChoice: ColumnChoice | null,
): Promise<Check<Selection>> {
  const gathered: Gathered = { problems: [], hints: [] };
  const { expiringWithin, sort, limit } = flags;
  const expiringWithinMs = expiringWithin === undefined ? null : parseDuration(expiringWithin);
  if (expiringWithin !== undefined && expiringWithinMs === null) {
    gathered.problems.push(`--expiring-within "${expiringWithin}" has the form ${durationForms}`);
  }
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    gathered.problems.push(`--limit "${limit}" is a whole number from 1`);
  }
  const parsed = await gather(gathered, () =>
    sort === undefined ? null : parseSort(sort, accountColumns),
  );
  const columns = await gather(gathered, () => selectColumns(accountColumns, columnChoice));
  return {
    value: {
      columns: columns ?? [],
      search: flags.search ?? null,
      expiringWithinMs,
      sort: parsed,
      limit: limit === undefined ? Infinity : Number(limit),
    },
    problems: gathered.problems,
  };
}

/** Search, filter, sort, limit, in that order (DESIGN.md 1). */
export function select(
  accounts: readonly Account[],
  { search, expiringWithinMs, sort, limit }: Selection,
  now: number,
): readonly Account[] {
  const matching = accounts.filter(
    (account) =>
      (search === null || contains(account, search.toLowerCase())) &&
      (expiringWithinMs === null || expiresWithin(account, now, expiringWithinMs)),
  );
  const ordered = sort === null ? matching.toSorted(byNameThenId) : sortBy(matching, sort);
  return ordered.slice(0, limit);
}

function contains({ id, name, description, clientId }: Account, text: string): boolean {
  return [id, name, description, clientId].some((value) => value?.toLowerCase().includes(text));
}

/** An account that has expired is no longer going to. */
function expiresWithin({ expiresAt }: Account, now: number, withinMs: number): boolean {
  const left = expiresAt === null ? NaN : Date.parse(expiresAt) - now;
  return left > 0 && left <= withinMs;
}

function byNameThenId(a: Account, b: Account): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** What the provider has to be asked for so that the selection can be printed. */
export function wishOf(
  { active }: { readonly active?: true | undefined },
  { columns, sort }: Selection,
): ListOptions {
  const withRules = [...columns, sort?.column].some((column) => column?.name === 'rules');
  return { withRules, withActive: active === true };
}
