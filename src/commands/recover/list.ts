import { verb } from '../verb.ts';
import { statesHelp } from './states.ts';

export const list = verb({
  summary: 'List what is in the journal',
  description:
    'Lists every create and rotate that is not finished: the credentials that are kept, and the requests ' +
    'whose answer never came. No credential is printed.',
  honours: ['journal', 'output'],
  prints: ['entry[]'],
  examples: ['sactl recover list', 'sactl recover list -q \'.[] | select(.state == "kept") | .id\''],
  notes: statesHelp,
  run: async (invocation) => (await import('./entries.ts')).listEntries(invocation),
});
