import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { declareVerb, type Host, type Invocation } from '../command.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List service accounts',
    description: 'Lists the service accounts the credential can see, sorted by name.',
    honours: ['connection', 'organization', 'output', 'raw'],
    examples: [
      'sactl serviceaccounts list',
      'sactl sa list --expiring-within 14d --sort expiresAt',
      'sactl sa list -q \'.[] | select(.status == "expired") | .id\'',
      'sactl sa list --format csv --columns name,expiresAt,id',
    ],
  })
    .option('--search <text>', 'only accounts with this text in name, id, description or client id')
    .option('--expiring-within <duration>', 'only accounts that expire within this time, e.g. 14d')
    .option('--sort <column>', 'sort by this column; "-name" for descending (default: name)')
    .option('--columns <names>', 'columns of table and csv, separated by commas')
    .option('--limit <n>', 'print at most this many accounts')
    .action((flags) => host.run((invocation) => runList(invocation, flags)));
}

interface ListFlags {
  readonly search?: string | undefined;
  readonly expiringWithin?: string | undefined;
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  readonly limit?: string | undefined;
}

async function runList({ ctx, open }: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { listDocument } = await import('../../output/document.ts');
  const { readSelection, select } = await import('./selection.ts');
  const { session, input } = await open(
    (local) => readSelection(flags, local.columns),
    flags.columns,
  );
  const { columns, sort } = input;
  const withRules = [...columns, sort?.column].some((column) => column?.name === 'rules');
  const list = await session.provider.listAccounts({ withRules });
  const accounts = select(list.accounts, input, ctx.now());
  await session.emit(
    listDocument({
      rows: accounts,
      columns,
      // Without a wish for an order, the raw answer keeps the provider's.
      raw: () => rawOf(flags.sort === undefined ? list.accounts : accounts, new Set(accounts)),
    }),
  );
  for (const warning of list.warnings) await session.note(warning);
  if (accounts.length === 0) await session.note(emptyText(list.accounts.length));
  return ExitCode.done;
}

function rawOf(accounts: readonly Account[], selected: ReadonlySet<Account>): unknown[] {
  return accounts.filter((account) => selected.has(account)).map((account) => account.raw);
}

function emptyText(total: number): string {
  return total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`;
}
