import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { declareVerb, type Host } from './command.ts';
import type { Invocation } from '../session/invocation.ts';

export function addWhoami(root: CommandUnknownOpts, host: Host): void {
  declareVerb(root, 'whoami', {
    summary: 'Show who the credential is',
    description: 'Asks the provider who the credential belongs to, and shows where it was found.',
    honours: ['connection', 'output'],
    examples: ['sactl whoami', 'sactl whoami -q .subject'],
  }).action(() => host.run(whoami));
}

async function whoami({ open }: Invocation): Promise<ExitCode> {
  const { detail } = await import('../output/detail.ts');
  const { session } = await open(() => found());
  const { definition, connection, marker } = session;
  const { subject, kind, organizations, permissions } = await session.provider.whoami();
  const { endpoint, credentialSource, profile } = connection;
  const { name: provider } = definition;
  await session.emit({
    value: {
      provider,
      profile,
      endpoint,
      credentialSource,
      subject,
      kind,
      organizations,
      permissions,
      ...marker,
    },
    human: (style) =>
      detail(
        [
          { label: 'Subject', value: subject },
          { label: 'Kind', value: kind },
          { label: 'Organizations', value: organizations },
          ...(permissions === null ? [] : [{ label: 'Permissions', value: permissions.join('; ') }]),
          { label: 'Provider', value: provider },
          { label: 'Endpoint', value: endpoint },
          { label: 'Credential from', value: credentialSource },
        ],
        style,
      ),
  });
  if (permissions?.length === 0) {
    await session.note('it may do nothing yet: the provider names no permission of this credential');
  }
  return ExitCode.done;
}
