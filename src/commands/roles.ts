import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { declareVerb, type Host } from './command.ts';
import type { Invocation } from '../session/invocation.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List roles',
    description: 'Lists the roles that groups carry or access rules grant, and whether you may grant them.',
    honours: ['connection', 'organization', 'output', 'raw'],
    examples: ['sactl roles list', "sactl roles list -q '.[] | select(.grantable) | .name'"],
  }).action(() => host.run(listRoles));
}

async function listRoles({ open }: Invocation): Promise<ExitCode> {
  const { namedColumns, printList } = await import('../session/list.ts');
  const { session } = await open(() => found());
  const list = session.verb('listRoles', 'list roles');
  const [name, description, id] = namedColumns;
  return printList(session, {
    rows: await list(),
    columns: [name, description, { name: 'grantable', value: ({ grantable }) => grantable }, id],
    what: 'roles',
  });
}
