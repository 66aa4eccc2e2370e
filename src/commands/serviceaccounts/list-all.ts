import type { Context } from '../../context.ts';
import { ExitCode } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { Column } from '../../output/columns.ts';
import { listDocument } from '../../output/document.ts';
import { openFleet, tellUnanswered, throwUnanswered, unanswered, type FleetLocal } from '../../fleet/connections.ts';
import type { CommonFlags } from '../../session/flags.ts';
import type { ListFlags } from './list.ts';
import { selectFrom } from '../../fleet/selected.ts';
import { listColumns, readSelection, wishOf } from '../../fleet/selection.ts';

/**
 * The accounts of every provider in one list. A provider that fails costs a line on stderr and the exit code, not the
 * others' answers (DESIGN.md 3).
 */
export async function listAll(
  { ctx, common }: { ctx: Context; common: CommonFlags },
  flags: ListFlags,
): Promise<ExitCode> {
  const { fleet, input } = await openFleet(ctx, common, async (local) => {
    const { value, problems } = await readSelection(flags, local.columns);
    const columns = local.columns === null ? fleetColumns(local) : value.columns;
    return { value: { ...value, columns }, problems };
  });
  const wish = wishOf(flags, input);
  const answers = await fleet.askAll(async (connected) => ({
    connected,
    ...(await connected.provider.listAccounts(wish)),
  }));
  const lists = answers.flatMap(({ answer }) => (answer === null ? [] : [answer]));
  const silent = unanswered(fleet, answers);
  if (lists.length === 0) throwUnanswered(silent);
  const { accounts, columns, notes } = await selectFrom(ctx, lists, input);
  await fleet.emit(listDocument({ rows: accounts, columns }));
  await tellUnanswered(ctx, silent);
  for (const text of [...lists.flatMap(({ warnings }) => warnings), ...notes]) {
    await fleet.note(text);
  }
  return silent.length === 0 ? ExitCode.done : ExitCode.partial;
}

/** What is worth looking at where accounts of several providers stand in one table; those at the end go first. */
function fleetColumns({ members }: FleetLocal): readonly Column<Account>[] {
  const providers = new Set(members.map(({ definition }) => definition.name));
  const names = [
    'provider',
    ...(providers.size < members.length ? ['profile'] : []),
    'name',
    'status',
    'expiresAt',
    'lastUsedAt',
    'age',
    'id',
  ];
  const spare = new Set(['lastUsedAt', 'age']);
  return names.flatMap((name) => {
    const column = listColumns.find((candidate) => candidate.name === name);
    return column === undefined ? [] : [{ ...column, spare: spare.has(name) }];
  });
}
