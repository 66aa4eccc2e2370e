import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { declareVerb, type Host } from './command.ts';
import type { Invocation } from '../session/invocation.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List organizations',
    description: 'Lists the organizations the credential can see: what --org accepts.',
    honours: ['connection', 'output', 'raw'],
    examples: ['sactl orgs list', "sactl orgs list -q '.[].id'"],
  }).action(() => host.run(listOrganizations));
}

async function listOrganizations({ open }: Invocation): Promise<ExitCode> {
  const { namedColumns, printList } = await import('../session/list.ts');
  const { session } = await open(() => found());
  const list = session.verb('listOrganizations', 'list organizations');
  return printList(session, { rows: await list(), columns: namedColumns, what: 'organizations' });
}
