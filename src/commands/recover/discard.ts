import { verb } from '../verb.ts';
import { entryFlag } from './states.ts';

export const discard = verb({
  summary: 'Discard one entry of the journal',
  description: 'Erases one entry. A credential that is kept only there is lost for good.',
  honours: ['journal', 'output', 'change'],
  prints: ['discarded'],
  examples: ['sactl recover discard --id 4f1c09d2'],
  flags: entryFlag,
  run: async (invocation, { id }) => (await import('./entries.ts')).discardEntry(invocation, id),
});
