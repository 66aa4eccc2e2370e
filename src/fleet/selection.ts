import { compareText } from '../model/text.ts';
import type { Account } from '../model/account.ts';
import { accountColumns } from '../output/account.ts';
import { parseSort, selectColumns, sortBy, type Column, type ColumnChoice, type Sort } from '../output/columns.ts';
import type { ListOptions } from '../providers/provider.ts';
import { gather, type Check, type Gathered } from '../session/check.ts';
import { checkDuration, type ListFlags } from './flags.ts';
import { ageColumn, unknownAge, type AccountFacts, type AccountsOfOne, type FactsOf } from './facts.ts';
import type { Context } from '../context.ts';

/** Which accounts `list` prints, and in what order. */
export interface Selection {
  readonly search: string | null;
  readonly expiringWithinMs: number | null;
  readonly olderThanMs: number | null;
  readonly unusedForMs: number | null;
  /** null is the default: by name, then id. */
  readonly sort: Sort<Account> | null;
  readonly limit: number;
  readonly columns: readonly Column<Account>[];
}

/** The columns of a list, the id last. */
export const listColumns: readonly Column<Account>[] = [
  ...accountColumns.slice(0, -1),
  unknownAge,
  ...accountColumns.slice(-1),
];

/** Reads list's flags; every problem is found, not only the first. */
export async function readSelection(flags: ListFlags, columnChoice: ColumnChoice | null): Promise<Check<Selection>> {
  const gathered: Gathered = { problems: [], hints: [] };
  const { sort, limit } = flags;
  const expiringWithin = checkDuration('--expiring-within', flags.expiringWithin);
  const olderThan = checkDuration('--older-than', flags.olderThan);
  const unusedFor = checkDuration('--unused-for', flags.unusedFor);
  for (const { problems } of [expiringWithin, olderThan, unusedFor]) {
    gathered.problems.push(...problems);
  }
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    gathered.problems.push(`--limit "${limit}" must be a whole number from 1`);
  }
  const parsed = await gather(gathered, () => (sort === undefined ? null : parseSort(sort, listColumns)));
  const columns = await gather(gathered, () => selectColumns(listColumns, columnChoice));
  return {
    value: {
      columns: columns ?? [],
      search: flags.search ?? null,
      expiringWithinMs: expiringWithin.value,
      olderThanMs: olderThan.value,
      unusedForMs: unusedFor.value,
      sort: parsed,
      limit: limit === undefined ? Infinity : Number(limit),
    },
    problems: gathered.problems,
  };
}

/** Whether the selection needs more than the accounts' own fields. */
function needsFacts({ olderThanMs, unusedForMs, columns, sort }: Selection): boolean {
  return (
    olderThanMs !== null ||
    unusedForMs !== null ||
    [...columns, sort?.column].some((column) => column?.name === unknownAge.name)
  );
}

/** Search, filter, sort, limit, in that order (docs/design.md 1). */
function select(
  accounts: readonly Account[],
  selection: Selection,
  { now, factsOf }: { readonly now: number; readonly factsOf: FactsOf },
): readonly Account[] {
  const { sort, limit } = selection;
  const matching = accounts.filter((account) => matches(account, { ...selection, now, facts: factsOf(account) }));
  const ordered = sort === null ? matching.toSorted(byNameThenId) : sortBy(matching, sort);
  return ordered.slice(0, limit);
}

function matches(
  account: Account,
  {
    search,
    expiringWithinMs,
    olderThanMs,
    unusedForMs,
    now,
    facts,
  }: Selection & { readonly now: number; readonly facts: AccountFacts },
): boolean {
  return (
    (search === null || contains(account, search.toLowerCase())) &&
    (expiringWithinMs === null || expiresWithin(account, now, expiringWithinMs)) &&
    (olderThanMs === null || isLongAgo(facts.issuedAt, now, olderThanMs)) &&
    (unusedForMs === null || isLongAgo(facts.usedAt, now, unusedForMs))
  );
}

function contains({ id, name, description, clientId }: Account, text: string): boolean {
  return [id, name, description, clientId].some((value) => value?.toLowerCase().includes(text));
}

/** An account that has expired does not count. */
function expiresWithin({ expiresAt }: Account, now: number, withinMs: number): boolean {
  const left = expiresAt === null ? NaN : Date.parse(expiresAt) - now;
  return left > 0 && left <= withinMs;
}

/** False where the time is unknown. */
function isLongAgo(time: number | null, now: number, agoMs: number): boolean {
  return time !== null && now - time >= agoMs;
}

function byNameThenId(a: Account, b: Account): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** What the provider has to list for this selection. */
export function wishOf({ active }: ListFlags, { columns, sort }: Selection): ListOptions {
  const withRules = [...columns, sort?.column].some((column) => column?.name === 'rules');
  return { withRules, withActive: active === true };
}

/** What a list prints. */
export interface Selected {
  readonly accounts: readonly Account[];
  readonly columns: readonly Column<Account>[];
  /** For readers of the list, one line each. */
  readonly notes: readonly string[];
}

/** Selects from the accounts of all connections; the audit log is read only where it is needed. */
export async function selectFrom(
  ctx: Context,
  lists: readonly AccountsOfOne[],
  selection: Selection,
): Promise<Selected> {
  const factsOf = needsFacts(selection) ? await factsFor(ctx, lists) : nothing;
  const now = ctx.now();
  const all = lists.flatMap(({ accounts }) => accounts);
  const age = ageColumn(factsOf, now);
  const { columns, sort } = selection;
  const wanted: Selection = {
    ...selection,
    columns: columns.map((column) => withAge(column, age)),
    sort: sort === null ? null : { ...sort, column: withAge(sort.column, age) },
  };
  const accounts = select(all, wanted, { now, factsOf });
  return {
    accounts,
    columns: wanted.columns,
    notes: [...unknownNotes(all, selection, factsOf), ...(accounts.length === 0 ? [emptyText(all.length)] : [])],
  };
}

async function factsFor(ctx: Context, lists: readonly AccountsOfOne[]): Promise<FactsOf> {
  const { gatherFacts } = await import('./facts.ts');
  return gatherFacts(ctx, lists);
}

function nothing(): ReturnType<FactsOf> {
  return { issuedAt: null, usedAt: null };
}

/** The chosen column; `age` with its values. */
function withAge(column: Column<Account>, { value, text }: Column<Account>): Column<Account> {
  if (column.name !== unknownAge.name) return column;
  return { ...column, value, ...(text === undefined ? {} : { text }) };
}

/** How many accounts a filter leaves out because it is unknown whether they fit. */
function unknownNotes(
  accounts: readonly Account[],
  { olderThanMs, unusedForMs }: Selection,
  factsOf: FactsOf,
): readonly string[] {
  const ageless = olderThanMs === null ? 0 : count(accounts, (one) => factsOf(one).issuedAt);
  const useless = unusedForMs === null ? 0 : count(accounts, (one) => factsOf(one).usedAt);
  return [
    ...(ageless === 0
      ? []
      : [`${ageless} left out by --older-than: no rotation of theirs is recorded on this machine`]),
    ...(useless === 0 ? [] : [`${useless} left out by --unused-for: their provider does not say when they were used`]),
  ];
}

function count(accounts: readonly Account[], timeOf: (account: Account) => number | null): number {
  return accounts.filter((account) => timeOf(account) === null).length;
}

function emptyText(total: number): string {
  return total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`;
}
