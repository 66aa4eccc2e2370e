import { on } from '../../session/flag.ts';
import { verb } from '../verb.ts';
import { entryFlag, statesHelp } from './states.ts';

export const show = verb({
  summary: 'Show one entry of the journal',
  description:
    'Shows what is known about one entry, and what to do with it. With --reveal it prints the credential too or, where ' +
    'none can be read out of the answer, the whole answer as it came.',
  honours: ['journal', 'output'],
  prints: ['entry'],
  examples: ['sactl recover show --id 4f1c09d2', 'sactl recover show --id 4f1c09d2 --reveal -q .credential.value'],
  notes: statesHelp,
  flags: { ...entryFlag, reveal: on('--reveal', 'print the credential') },
  run: async (invocation, { id, reveal }) => (await import('./entries.ts')).showEntry(invocation, id, reveal ?? false),
});
