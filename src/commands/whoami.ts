import { ExitCode } from '../errors.ts';
import { found } from '../session/check.ts';
import { verb } from './verb.ts';

export const whoami = verb({
  summary: 'Show who the credential belongs to',
  description: 'Asks the provider who the credential belongs to, and shows where it was found.',
  honours: ['connection', 'output'],
  prints: ['identity'],
  examples: ['sactl whoami', 'sactl whoami -q .subject'],
  run: async ({ open }) => {
    const { detail } = await import('../output/table.ts');
    const { session } = await open(() => found());
    const { definition, connection, marker } = session;
    const { subject, kind, organizations, permissions } = await session.verb(
      'whoami',
      'say who the credential belongs to',
    )();
    const { endpoint, credentialSource, profile } = connection;
    const { name: provider } = definition;
    await session.emit({
      value: { provider, profile, endpoint, credentialSource, subject, kind, organizations, permissions, ...marker },
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
      await session.note('the provider lists no permissions of this credential: it may have no access rule yet');
    }
    return ExitCode.done;
  },
});
