import { accountFlag, doneFlag } from '../../session/account-flags.ts';
import { selfFlag } from '../../session/own-account.ts';
import { on } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const remove = verb({
  summary: 'Delete a service account',
  description:
    'Deletes a service account for good; its credential stops working at once. Prints what was deleted. Where only a ' +
    'person can delete it (Augment), says where, and records that it was done.',
  honours: ['connection', 'organization', 'output', 'change', 'turn'],
  prints: ['deleted'],
  examples: [
    'sactl serviceaccounts delete --id scratch',
    'sactl sa delete --id scratch --yes --ignore-missing',
    'sactl sa delete --provider augment --id ci-reviewer --done',
  ],
  flags: {
    ...accountFlag,
    ignoreMissing: on('--ignore-missing', 'succeed when there is no such account'),
    ...selfFlag,
    ...doneFlag,
  },
  run: async (invocation, flags) => (await import('../../session/delete-account.ts')).deleteAccount(invocation, flags),
});
