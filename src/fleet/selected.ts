import type { Context } from '../context.ts';
import type { Account } from '../model/account.ts';
import type { Column } from '../output/columns.ts';
import { ageColumn, unknownAge, type AccountsOfOne, type FactsOf } from './facts.ts';
import { needsFacts, select, type Selection } from './selection.ts';

/** What a list prints. */
export interface Selected {
  readonly accounts: readonly Account[];
  readonly columns: readonly Column<Account>[];
  /** What a reader of the list must know, one line each. */
  readonly notes: readonly string[];
}

/** The accounts of all connections that are wanted, in their order; the audit log is read only where it is asked for. */
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

/** The column as it was chosen, with the ages in it. */
function withAge(column: Column<Account>, { value, text }: Column<Account>): Column<Account> {
  if (column.name !== unknownAge.name) return column;
  return { ...column, value, ...(text === undefined ? {} : { text }) };
}

/** What a filter leaves out because nobody knows whether it fits. */
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

/** What is said of a list in which nothing is. */
function emptyText(total: number): string {
  return total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`;
}
