import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { declareVerb, type Host } from './command.ts';
import type { Invocation } from '../session/invocation.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List scopes',
    description: 'Lists the tenant, clusters, departments and projects: what --scope accepts, as <type>:<name or id>.',
    honours: ['connection', 'output', 'raw'],
    examples: [
      'sactl scopes list --provider runai',
      'sactl scopes list --provider runai -q \'.[] | select(.type == "project") | .path\'',
    ],
  }).action(() => host.run(listScopes));
}

async function listScopes({ open }: Invocation): Promise<ExitCode> {
  const { namedColumns, printList } = await import('../session/list.ts');
  const { session } = await open(() => found());
  const list = session.verb('listScopes', 'list scopes');
  const [name, , id] = namedColumns;
  return printList(session, {
    rows: await list(),
    columns: [
      { name: 'type', value: ({ type }) => type },
      name,
      { name: 'path', value: ({ path }) => path, shrink: 2 },
      id,
    ],
    what: 'scopes',
  });
}
