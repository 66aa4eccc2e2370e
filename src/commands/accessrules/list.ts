import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { compareText } from '../../model/text.ts';
import { ExitCode } from '../../errors.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List access rules',
    description: 'Lists which service account has which role on which scope.',
    honours: ['connection', 'output', 'raw'],
    examples: [
      'sactl accessrules list --provider runai',
      'sactl accessrules list --provider runai --account ci-vision',
    ],
  })
    .option('--account <id or name>', 'only the rules of this account')
    .action((flags) => host.run((invocation) => runList(invocation, flags)));
}

async function runList({ open }: Invocation, { account }: { account?: string | undefined }): Promise<ExitCode> {
  const { ruleColumns } = await import('./columns.ts');
  const { listDocument } = await import('../../output/document.ts');
  const { session } = await open(() =>
    account?.trim() === '' ? found('--account is empty: give the id or name of an account') : found(),
  );
  const list = session.verb('listAccessRules', 'list access rules');
  const rules = await list(account ?? null);
  const sorted = rules.toSorted((a, b) => compareText(a.account, b.account) || Number(a.id) - Number(b.id));
  await session.emit(listDocument({ rows: sorted, columns: ruleColumns, raw: () => rules.map(({ raw }) => raw) }));
  if (rules.length === 0) await session.note('no access rules');
  return ExitCode.done;
}
