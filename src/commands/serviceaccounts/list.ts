import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { providersWith } from '../../providers/registry.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { Local } from '../../session/session.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List service accounts',
    description:
      'Lists the service accounts the credential can see, sorted by name; with --provider all, or several --profile, ' +
      'those of all providers at once.',
    honours: ['connection', 'fleet', 'organization', 'output', 'raw'],
    examples: [
      'sactl serviceaccounts list',
      'sactl sa list --expiring-within 14d --sort expiresAt',
      'sactl sa list --provider all --older-than 60d',
      'sactl sa list -q \'.[] | select(.status == "expired") | .id\'',
      'sactl sa list --format csv --columns name,expiresAt,id',
    ],
  })
    .option('--search <text>', 'only accounts with this text in name, id, description or client id')
    .option('--expiring-within <duration>', 'only accounts that expire within this time, e.g. 14d')
    .option('--older-than <duration>', 'only accounts whose credential was issued longer ago, e.g. 60d')
    .option('--unused-for <duration>', 'only accounts that were not used for this time, e.g. 30d')
    .option('--active', 'also accounts that were seen at work and are not recorded here (Augment)')
    .option('--sort <column>', 'sort by this column; "-expiresAt" for descending (default: name)')
    .option('--columns <names>', 'columns of table and csv, e.g. name,expiresAt,id')
    .option('--limit <n>', 'print at most this many accounts')
    .action((flags) => host.run((invocation) => runList(invocation, flags)));
}

export interface ListFlags {
  readonly search?: string | undefined;
  readonly expiringWithin?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly unusedFor?: string | undefined;
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  readonly limit?: string | undefined;
  readonly active?: true | undefined;
}

async function runList(invocation: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { isFleet } = await import('../../fleet/is-fleet.ts');
  const { ctx, common } = invocation;
  if (!isFleet(ctx, common)) return listOne(invocation, flags);
  const { listAll } = await import('./list-all.ts');
  return listAll({ ctx, common: { ...common, columns: flags.columns } }, flags);
}

async function listOne({ ctx, open }: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { listDocument } = await import('../../output/document.ts');
  const { readSelection, wishOf } = await import('../../fleet/selection.ts');
  const { selectFrom } = await import('../../fleet/selected.ts');
  const { session, input } = await open(async (local) => {
    const { value, problems } = await readSelection(flags, local.columns);
    return { value, problems: [...problems, ...activeProblems(flags, local)] };
  }, flags.columns);
  const list = await session.provider.listAccounts(wishOf(flags, input));
  const { accounts, columns, notes } = await selectFrom(ctx, [{ connected: session, accounts: list.accounts }], input);
  await session.emit(
    listDocument({
      rows: accounts,
      columns,
      // Without a wish for an order, the raw answer keeps the provider's.
      raw: () => rawOf(flags.sort === undefined ? list.accounts : accounts, new Set(accounts)),
    }),
  );
  for (const text of [...list.warnings, ...notes]) await session.note(text);
  return ExitCode.done;
}

/** Where a provider lists its accounts, all are listed already. */
function activeProblems({ active }: ListFlags, { definition }: Local): readonly string[] {
  if (!active || providersWith('intake').includes(definition.name)) return [];
  return [`--active does nothing on ${definition.title}, which lists all accounts`];
}

function rawOf(accounts: readonly Account[], selected: ReadonlySet<Account>): unknown[] {
  return accounts.filter((account) => selected.has(account)).map((account) => account.raw);
}
