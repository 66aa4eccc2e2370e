import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import type { TokenRecord } from '../../model/account.ts';
import type { Column } from '../../output/columns.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List the tokens of an account',
    description:
      'Lists what is recorded of the tokens of one account. "verified" says whether the state was seen, or only told.',
    honours: ['connection', 'organization', 'output'],
    examples: [
      'sactl tokens list --provider augment --id ci-reviewer',
      `sactl tokens list --provider augment --id ci-reviewer -q '.[] | select(.state == "pending-revoke").name'`,
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .action((flags) => host.run((invocation) => runList(invocation, flags)));
}

const columns: readonly Column<TokenRecord>[] = [
  { name: 'name', value: ({ name }) => name, shrink: 1 },
  { name: 'state', value: ({ state }) => state },
  { name: 'verified', value: ({ verified }) => verified },
  { name: 'createdAt', header: 'CREATED', value: ({ createdAt }) => createdAt, isTime: true },
  { name: 'fingerprint', value: ({ fingerprint }) => fingerprint },
];

async function runList({ ctx, common, open }: Invocation, { id }: { id?: string | undefined }): Promise<ExitCode> {
  const { idProblems, pickAccount } = await import('../../session/pick.ts');
  const { listDocument } = await import('../../output/document.ts');
  const { session } = await open(() => found(...idProblems(ctx, common, id)));
  session.verb('planToken', 'list the tokens of an account');
  const { tokens } = await pickAccount(session, id);
  await session.emit(listDocument({ rows: tokens, columns }));
  if (tokens.length === 0) await session.note('no tokens');
  return ExitCode.done;
}
