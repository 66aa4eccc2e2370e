import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { declareVerb, type Host } from './command.ts';
import type { Invocation } from '../session/invocation.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List groups',
    description: 'Lists the groups an account can join: what --group accepts, by id or by name.',
    honours: ['connection', 'organization', 'output', 'raw'],
    examples: ['sactl groups list', "sactl groups list -q '.[] | [.id, .name] | @tsv'"],
  }).action(() => host.run(listGroups));
}

async function listGroups({ open }: Invocation): Promise<ExitCode> {
  const { namedColumns, printList, readableRoles } = await import('../session/list.ts');
  const { session } = await open(() => found());
  const list = session.verb('listGroups', 'list groups');
  const [groups, roles] = await Promise.all([list(), readableRoles(session)]);
  const [name, description, id] = namedColumns;
  return printList(session, {
    rows: groups,
    columns: [
      name,
      {
        name: 'roles',
        value: (group) => group.roles.map((role) => roles.get(role)?.name ?? role),
        shrink: 3,
      },
      { name: 'accounts', value: ({ accounts }) => accounts },
      description,
      id,
    ],
    what: 'groups',
  });
}
