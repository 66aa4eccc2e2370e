import type { Account } from '../model/account.ts';
import { accountColumns } from '../output/account.ts';
import {
  allColumns,
  parseSort,
  selectColumns,
  sortBy,
  type Column,
  type ColumnChoice,
  type Sort,
} from '../output/columns.ts';
import type { ListOptions, ProviderDefinition } from '../providers/provider.ts';
import { gather, type Check, type Gathered } from '../session/check.ts';
import { byName } from '../session/list.ts';
import { checkDuration, type ListFlags } from './flags.ts';
import {
  ageColumn,
  gatherFacts,
  noFacts,
  unknownAge,
  type AccountFacts,
  type AccountsOfOne,
  type FactsOf,
} from './facts.ts';
import { readTraits, whyOther, type Traits } from './traits.ts';
import type { Context } from '../context.ts';

/** Which accounts `list` prints, and in what order. */
export interface Selection {
  readonly search: string | null;
  readonly traits: Traits;
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
export async function readSelection(
  flags: ListFlags,
  columnChoice: ColumnChoice | null,
  definitions: readonly ProviderDefinition[],
): Promise<Check<Selection>> {
  const gathered: Gathered = { problems: [], hints: [] };
  const { sort, limit } = flags;
  const expiringWithin = checkDuration('--expiring-within', flags.expiringWithin);
  const olderThan = checkDuration('--older-than', flags.olderThan);
  const unusedFor = checkDuration('--unused-for', flags.unusedFor);
  const traits = readTraits(flags, definitions);
  gathered.problems.push(...expiringWithin.problems, ...olderThan.problems, ...unusedFor.problems, ...traits.problems);
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    gathered.problems.push(`--limit "${limit}" must be a whole number from 1`);
  }
  const parsed = await gather(gathered, () => (sort === undefined ? null : parseSort(sort, listColumns)));
  const columns = await gather(gathered, () =>
    flags.wide ? allColumns(listColumns) : selectColumns(listColumns, columnChoice),
  );
  return {
    value: {
      columns: columns ?? [],
      search: flags.search ?? null,
      traits: traits.value,
      expiringWithinMs: expiringWithin.value,
      olderThanMs: olderThan.value,
      unusedForMs: unusedFor.value,
      sort: parsed,
      limit: limit === undefined ? Infinity : Number(limit),
    },
    problems: gathered.problems,
  };
}

/** Search, filter, sort, limit, in that order (docs/design.md 1). */
function select(
  accounts: readonly Account[],
  selection: Selection,
  { now, factsOf }: { readonly now: number; readonly factsOf: FactsOf },
): readonly Account[] {
  const { search, traits, expiringWithinMs, olderThanMs, unusedForMs, sort, limit } = selection;
  const text = search?.toLowerCase() ?? null;
  const matching = accounts.filter((account) => {
    const { id, name, description, clientId, expiresAt } = account;
    return (
      (text === null || [id, name, description, clientId].some((value) => value?.toLowerCase().includes(text))) &&
      whyOther(account, traits) === null &&
      (expiringWithinMs === null || isSoon(Date.parse(expiresAt ?? ''), now, expiringWithinMs)) &&
      (olderThanMs === null || isLongAgo(factsOf(account).issuedAt, now, olderThanMs)) &&
      (unusedForMs === null || isLongAgo(factsOf(account).usedAt, now, unusedForMs))
    );
  });
  const ordered = sort === null ? matching.toSorted(byName) : sortBy(matching, sort);
  return ordered.slice(0, limit);
}

/** False where the time is unknown, NaN, or past: an account that has expired does not count. */
function isSoon(time: number, now: number, withinMs: number): boolean {
  return time > now && time - now <= withinMs;
}

/** False where the time is unknown. */
function isLongAgo(time: number | null, now: number, agoMs: number): boolean {
  return time !== null && now - time >= agoMs;
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
  const { columns, sort, olderThanMs, unusedForMs } = selection;
  const showsAge = [...columns, sort?.column].some((column) => column?.name === unknownAge.name);
  const needsFacts = olderThanMs !== null || unusedForMs !== null || showsAge;
  const factsOf = needsFacts ? await gatherFacts(lists) : () => noFacts;
  const now = ctx.now();
  const all = lists.flatMap(({ accounts }) => accounts);
  const age = ageColumn(factsOf, now);
  const wanted: Selection = {
    ...selection,
    columns: columns.map((column) => withAge(column, age)),
    sort: sort === null ? null : { ...sort, column: withAge(sort.column, age) },
  };
  const accounts = select(all, wanted, { now, factsOf });
  return {
    accounts,
    columns: wanted.columns,
    notes: [...unknownNotes(all, selection, factsOf), ...(accounts.length === 0 ? [nothingSelected(all.length)] : [])],
  };
}

/** The chosen column; `age` with its values. */
function withAge(column: Column<Account>, age: Column<Account>): Column<Account> {
  if (column.name !== unknownAge.name) return column;
  const { optional: _, ...known } = age;
  return { ...column, ...known };
}

/** How many accounts a filter leaves out because it is unknown whether they fit. */
function unknownNotes(
  accounts: readonly Account[],
  { olderThanMs, unusedForMs }: Selection,
  factsOf: FactsOf,
): readonly string[] {
  function without(fact: keyof AccountFacts): number {
    return accounts.filter((account) => factsOf(account)[fact] === null).length;
  }
  const ageless = olderThanMs === null ? 0 : without('issuedAt');
  const useless = unusedForMs === null ? 0 : without('usedAt');
  return [
    ...(ageless === 0
      ? []
      : [`${ageless} left out by --older-than: no rotation of theirs is recorded on this machine`]),
    ...(useless === 0 ? [] : [`${useless} left out by --unused-for: their provider does not say when they were used`]),
  ];
}

/** Why no account is left of `total`. */
export function nothingSelected(total: number): string {
  return total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`;
}
