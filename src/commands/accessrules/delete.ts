import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import { found } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addDelete(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'delete', {
    summary: 'Take a role on a scope away again',
    description: 'Deletes an access rule. Prints what was deleted.',
    honours: ['connection', 'output', 'change'],
    examples: ['sactl accessrules delete --provider runai --id 104'],
  })
    .option('--id <id>', 'id of the rule, as "accessrules list" shows it')
    .action((flags) => host.run((invocation) => runDelete(invocation, flags)));
}

function idProblems(id: string): readonly string[] {
  if (id.trim() === '') return ['--id is missing: give the number of an access rule'];
  return /^\d+$/.test(id) ? [] : [`--id "${id}" is not the number of an access rule`];
}

async function runDelete(
  { ctx, common, open }: Invocation,
  { id = '' }: { id?: string | undefined },
): Promise<ExitCode> {
  const { confirmationProblems } = await import('../../session/confirm.ts');
  const { change } = await import('../../session/change.ts');
  const { session } = await open(() => found(...idProblems(id), ...confirmationProblems(ctx, common)));
  const planRevoke = session.verb('planRevoke', 'delete access rules');
  const plan = await planRevoke(id);
  return change(session, {
    operation: 'delete',
    auditedAs: 'ungrant',
    subject: { id, name: plan.rule.account, organization: null },
    plan,
    action: `Delete access rule ${id}`,
    sample: undefined,
    document: () => ({
      value: { deleted: true, provider: session.definition.name, id, ...session.marker },
      human: () => `Deleted access rule ${id}.\n`,
    }),
  });
}
