import { ExitCode } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Column } from '../output/columns.ts';
import { listDocument } from '../output/document.ts';
import type { Context } from '../context.ts';
import type { Misread } from '../providers/provider.ts';
import type { Invocation } from '../session/invocation.ts';
import { withGroupNames } from '../session/names.ts';
import { noteLine } from '../session/note.ts';
import { openFleet, tellUnanswered, throwUnanswered, unanswered, type FleetLocal } from './connections.ts';
import type { ListFlags } from './flags.ts';
import { listColumns, readSelection, selectFrom, wishOf } from './selection.ts';

/** The accounts of one provider. */
export async function listOne({ ctx, open }: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { session, input } = await open(async (local) => {
    const { value, problems } = await readSelection(flags, local.columns, [local.definition]);
    const { manual, title } = local.definition;
    // A provider with an API lists all its accounts anyway.
    const isNeedless = flags.active && manual === undefined;
    const needless = isNeedless ? [`--active does nothing on ${title}, which lists all accounts`] : [];
    return { value, problems: [...problems, ...needless] };
  }, columnFlags(flags));
  const list = await session.provider.listAccounts(wishOf(flags, input));
  const { accounts, columns, notes } = await selectFrom(ctx, [{ connected: session, accounts: list.accounts }], input);
  /** Without --sort the raw answer keeps the provider's order. */
  function inOrder(): readonly Account[] {
    const selected = new Set(accounts);
    return flags.sort === undefined ? list.accounts.filter((account) => selected.has(account)) : accounts;
  }
  await session.emit(
    listDocument({
      rows: accounts,
      columns,
      shown: (style) => withGroupNames(columns, session.provider, { accounts, style }),
      raw: () => inOrder().map(({ raw }) => raw),
    }),
  );
  for (const text of [...list.warnings, ...notes]) await session.note(text);
  return tellMisread(ctx, list.misread ?? [], session.note);
}

/**
 * The accounts of every provider in one list. A provider that fails costs a line on stderr and the exit code, not the
 * others' answers (docs/design.md 3).
 */
export async function listAll({ ctx, common }: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { fleet, input } = await openFleet(ctx, { ...common, ...columnFlags(flags) }, async (local) => {
    const { value, problems } = await readSelection(
      flags,
      local.columns,
      local.members.map(({ definition }) => definition),
    );
    const columns = local.columns === null && !flags.wide ? fleetColumns(local) : value.columns;
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
  const said = new Set([...lists.flatMap(({ warnings }) => warnings), ...notes]);
  for (const text of said) await fleet.note(text);
  const told = await tellMisread(
    ctx,
    lists.flatMap(({ misread = [] }) => misread),
    fleet.note,
  );
  return silent.length === 0 ? told : ExitCode.partial;
}

function columnFlags({ columns, wide }: ListFlags): Pick<ListFlags, 'columns' | 'wide'> {
  return { columns, wide };
}

/** Says which accounts cannot be read, and even with `--quiet` which are missing for that (docs/design.md 1). */
async function tellMisread(
  { stderr }: Context,
  misread: readonly Misread[],
  note: (text: string) => Promise<void>,
): Promise<ExitCode> {
  for (const { what } of misread.filter(({ isListed }) => isListed)) await note(what);
  const missing = misread.filter(({ isListed }) => !isListed);
  for (const { what } of missing) await stderr.write(noteLine(what));
  return missing.length === 0 ? ExitCode.done : ExitCode.partial;
}

/** The columns of a list with accounts of several providers. */
function fleetColumns({ members }: FleetLocal): readonly Column<Account>[] {
  const providers = new Set(members.map(({ definition }) => definition.name));
  const profile = providers.size < members.length ? ['profile'] : [];
  const names = ['provider', ...profile, 'name', 'status', 'expiresAt', 'lastUsedAt', 'age', 'id'];
  return names.flatMap((name) => {
    const column = listColumns.find((candidate) => candidate.name === name);
    if (column === undefined) return [];
    // The ages of credentials are worth the look into the audit log where providers differ in everything else.
    return [name === 'age' ? { ...column, optional: false, spare: 5 } : column];
  });
}
