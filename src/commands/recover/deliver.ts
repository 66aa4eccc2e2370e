import { list, on } from '../../session/flag.ts';
import { verb } from '../verb.ts';
import { entryFlag } from './states.ts';

export const deliver = verb({
  summary: 'Deliver a credential that is kept in the journal',
  description:
    'Tries the credential, and brings it where --to says or, without --to, to the targets that have not had it; where ' +
    'there were none, it is printed. A credential that no longer works, or that cannot be tried, is not delivered. The entry is erased afterwards. ' +
    'With --all, one after the other; those that were to be printed are left, and a failure does not end it.',
  honours: ['journal', 'network', 'output', 'raw', 'change', 'turn'],
  prints: ['issued', 'delivery-report'],
  examples: [
    'sactl recover deliver --id 4f1c09d2',
    'sactl recover deliver --id 4f1c09d2 --to file:ci-deploy.token --yes',
    'sactl recover deliver --all --yes',
  ],
  flags: {
    ...entryFlag,
    all: on('--all', 'every entry that keeps a credential, each to its own targets, with one report'),
    to: list('--to <target>', 'where the credential goes; may be repeated (see "sactl help targets")'),
  },
  run: async (invocation, { id, all, to }) => {
    if (all) return (await import('./deliver-all.ts')).deliverAll(invocation, { id, to });
    return (await import('./delivery.ts')).deliverPicked(invocation, id, to ?? []);
  },
});
