import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';
import { holdsHelp } from './holds.ts';

export const unlock = verb({
  summary: 'Release an account whose run is gone',
  description:
    'Ends the hold of a run on an account, so that others can go on at once. A hold that is dead or has lapsed' +
    ' needs no unlocking: the next run takes it over. If the run is alive after all, it delivers nothing more ' +
    '(exit 8). Its entry in the journal stays. --generation is the one that "sactl state show" says: where ' +
    'another run holds the account by now, nothing is changed (exit 5). Locks in a folder on this machine have' +
    ' none, and take no --generation.',
  honours: ['state', 'journal', 'output', 'change'],
  prints: ['unlocked'],
  examples: ['sactl state unlock --id ci-deploy --generation 7'],
  notes: holdsHelp,
  flags: {
    id: text('--id <account>', 'id or exact name of the account, or the first characters of its digest'),
    generation: text('--generation <n>', 'the generation of the hold to end'),
  },
  run: async (invocation, flags) => (await import('./accounts.ts')).unlockAccount(invocation, flags),
});
