import { list } from '../../session/flag.ts';
import { verb } from '../verb.ts';
import { entryFlag } from './states.ts';

export const deliver = verb({
  summary: 'Deliver a credential that is kept in the journal',
  description:
    'Tries the credential, and brings it where --to says or, without --to, to the targets that have not had it; where ' +
    'there were none, it is printed. A credential that no longer works, or that cannot be tried, is not delivered. The entry is erased afterwards.',
  honours: ['journal', 'network', 'output', 'raw', 'change'],
  examples: [
    'sactl recover deliver --id 4f1c09d2',
    'sactl recover deliver --id 4f1c09d2 --to file:ci-deploy.token --yes',
  ],
  flags: {
    ...entryFlag,
    to: list('--to <target>', 'where the credential goes; may be repeated (see "sactl help targets")'),
  },
  run: async (invocation, { id, to }) => (await import('./delivery.ts')).deliverPicked(invocation, id, to ?? []),
});
