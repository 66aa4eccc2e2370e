import { accountFlag, changeFlags, doneFlag } from '../../session/account-flags.ts';
import { selfFlag } from '../../session/own-account.ts';
import { verb } from '../verb.ts';

export const update = verb({
  summary: 'Change a service account',
  description:
    'Changes what is named and leaves the rest as it is; without a change, a terminal asks for one. Flags win over the document. --group replaces all groups; ' +
    '--add-group and --remove-group change single ones. Where only a person can change a name (Augment), says where, ' +
    'and records that it was done. What "serviceaccounts get" prints is a document, too: edited, with its "id" in place ' +
    'of --id.',
  honours: ['connection', 'organization', 'output', 'raw', 'change', 'turn'],
  prints: ['account'],
  examples: [
    'sactl serviceaccounts update --id ci-deploy --description "Deploys the staging cluster"',
    'sactl sa update --id ci-deploy --add-group inference --remove-tag team --dry-run',
    'sactl sa update --id ci-deploy --file serviceaccount.json',
  ],
  flags: { ...accountFlag, ...changeFlags, ...selfFlag, ...doneFlag },
  run: async (invocation, flags) => (await import('../../session/update-account.ts')).updateAccount(invocation, flags),
});
