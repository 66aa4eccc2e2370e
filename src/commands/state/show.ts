import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';
import { holdsHelp } from './holds.ts';

export const show = verb({
  summary: 'Show which run holds which account',
  description:
    'Lists the accounts that a run holds, or that have an open entry in the journal: who holds it since when, whether that ' +
    'run lives, what is in the entry, and when the credential was issued last. With --id one account, also an idle one. ' +
    'With the state in a folder on this machine these are its locks, which are there only while they are held.',
  honours: ['state', 'journal', 'output'],
  prints: ['hold', 'hold[]'],
  examples: [
    'sactl state show',
    'sactl state show --id ci-deploy',
    'sactl state show -q \'.[] | select(.hold == "dead")\'',
  ],
  notes: holdsHelp,
  flags: { id: text('--id <account>', 'id or exact name of the account, or the first characters of its digest') },
  run: async (invocation, { id }) => (await import('./accounts.ts')).showAccounts(invocation, id),
});
